// `sallyport backup`: a copy of the whole state folder (store, audit log with its side files), made while the gateway
// runs. It holds personal data, as the state folder does; keys that lie elsewhere are not in it.
import { resolve } from 'node:path'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { defineStateFolder, stateFolder } from '../gateway/state-folder.ts'
import type { StateFolderOptions } from '../gateway/state-folder.ts'
import { jsonText } from '../terminal/exact-json.ts'

export const backup: Command<StateFolderOptions> = {
  examples: ['sallyport backup /mnt/elsewhere/2026-04-01'],
  define: (command) => {
    command.argument('<folder>', 'where it goes: a new or empty folder')
    defineStateFolder(command)
  },
  run: async ({ args, options, terminal, json }) => {
    const to = resolve(args[0] ?? '')
    const { backUp } = await import('@sallyport/gateway/backup.ts')
    const time = new Date(terminal.nowMs()).toISOString()
    const report = await backUp(await stateFolder(options, terminal), to, time).catch(
      (error: unknown) => {
        throw new CommandFailure('noInput', error instanceof Error ? error.message : String(error))
      },
    )
    if (json) terminal.out(`${jsonText(report)}\n`)
    else terminal.note(`Backed up ${report.files} files into ${to}.\n`)
    return exitCode('ok')
  },
}
