// `sallyport audit export`: the log for other systems, as JSON Lines or OCSF events, streamed. What was written last is
// named on standard error, so that the next export goes on there.
import { join } from 'node:path'
import { Option } from 'commander'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { defineStateFolder, stateFolder } from '../gateway/state-folder.ts'
import type { StateFolderOptions } from '../gateway/state-folder.ts'
import { shellWord } from '../terminal/shell-word.ts'

type ExportOptions = StateFolderOptions & {
  readonly format: 'jsonl' | 'ocsf'
  readonly after?: string
  readonly personal?: boolean
}

export const auditExport: Command<ExportOptions> = {
  examples: [
    'sallyport audit export > audit.jsonl',
    'sallyport audit export --format ocsf --personal | your-shipper',
    'sallyport audit export --after 20260401T060000123Z-3f2a9c0d1e4b:17',
  ],
  define: (command) => {
    command
      .addOption(
        new Option('--format <format>', 'one JSON object per line, either way')
          .choices(['jsonl', 'ocsf'])
          .default('jsonl'),
      )
      .option('--after <position>', 'go on behind this record, <log>:<sequence>')
      .option('--personal', 'with the personal values that were not erased')
    defineStateFolder(command)
  },
  run: async ({ options, terminal }) => {
    const { format, after, personal = false } = options
    const { parsePosition } = await import('@sallyport/gateway/audit/position.ts')
    if (after !== undefined && parsePosition(after) === undefined) {
      throw new CommandFailure('usage', `\`${after}\` is no position`)
    }
    const { exportLog } = await import('@sallyport/gateway/audit/export.ts')
    const folder = join(await stateFolder(options, terminal), 'audit')
    let last: string | undefined
    const settings = { format, after, personal }
    for await (const { text, position } of exportLog(folder, settings)) {
      if (terminal.interrupted.aborted) break
      terminal.out(text)
      // How far it came is for its reader to know, and that one has what it wanted (`| head`).
      if (!(await terminal.drained())) return exitCode('ok')
      last = position
    }
    terminal.note(last === undefined ? 'Nothing new.\n' : `Go on with --after ${shellWord(last)}\n`)
    return exitCode('ok')
  },
}
