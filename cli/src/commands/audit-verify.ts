// `sallyport audit verify`: whether the log is what was written: sequence, hashes, orphans. Reads files alone,
// so it works on a copy and without a gateway. 65 where something does not hold.
import { join, resolve } from 'node:path'
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { showVerification } from '../gateway/show-verification.ts'
import { defineStateFolder, stateFolder } from '../gateway/state-folder.ts'
import type { StateFolderOptions } from '../gateway/state-folder.ts'
import { jsonText } from '../terminal/exact-json.ts'

export const auditVerify: Command<StateFolderOptions> = {
  examples: ['sallyport audit verify', 'sallyport audit verify ./copy-of-audit --json'],
  define: (command) => {
    command.argument('[folder]', 'folder of the log; otherwise `audit` in the state folder')
    defineStateFolder(command)
  },
  run: async ({ args, options, terminal, json }) => {
    const [named] = args
    const folder =
      named === undefined ? join(await stateFolder(options, terminal), 'audit') : resolve(named)
    const { verifyLog } = await import('@sallyport/gateway/audit/verify.ts')
    const report = await verifyLog(folder)
    terminal.out(json ? `${jsonText(report)}\n` : showVerification(report, terminal))
    return exitCode(report.ok ? 'ok' : 'findings')
  },
}
