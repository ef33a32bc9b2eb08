// `sallyport restore`: puts a backup into a state folder that is not there or empty, after checking every file of it.
// Overwrites nothing. The gateway is started afterwards, and recovers what was in use, as after a crash.
import { join, resolve } from 'node:path'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { defineStateFolder, stateFolder } from '../gateway/state-folder.ts'
import type { StateFolderOptions } from '../gateway/state-folder.ts'
import { jsonText } from '../terminal/exact-json.ts'

export const restore: Command<StateFolderOptions> = {
  examples: ['sallyport restore /mnt/elsewhere/2026-04-01 --state-folder /var/lib/sallyport'],
  define: (command) => {
    command.argument('<folder>', 'the backup')
    defineStateFolder(command)
  },
  run: async ({ args, options, terminal, json }) => {
    const from = resolve(args[0] ?? '')
    const to = await stateFolder(options, terminal)
    const { restore: putBack } = await import('@sallyport/gateway/backup.ts')
    const report = await putBack(from, to).catch((error: unknown) => {
      throw new CommandFailure('findings', error instanceof Error ? error.message : String(error))
    })
    const { verifyLog } = await import('@sallyport/gateway/audit/verify.ts')
    const { ok } = await verifyLog(join(to, 'audit'))
    if (json) terminal.out(`${jsonText({ ...report, logHolds: ok })}\n`)
    else terminal.note(`Restored ${report.files} files of ${report.time} into ${to}.\n`)
    if (ok) return exitCode('ok')
    throw new CommandFailure('findings', 'the log of the backup does not hold', {
      fix: 'run `sallyport audit verify` on it',
    })
  },
}
