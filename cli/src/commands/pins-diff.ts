// `sallyport pins diff <tool>`: what a tool offers that was not approved, place by place, and what the scanner found in it.
// The hash that it prints is what `pins approve` takes.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { askGateway } from '../gateway/admin-socket.ts'
import { showPinDiff } from '../gateway/show-pin.ts'
import { defineStateFolder, stateFolder } from '../gateway/state-folder.ts'
import type { StateFolderOptions } from '../gateway/state-folder.ts'
import { jsonText } from '../terminal/exact-json.ts'

export const pinsDiff: Command<StateFolderOptions> = {
  examples: ['sallyport pins diff market___get_prices', 'sallyport pins diff mail___send --json'],
  define: (command) => {
    command.argument('<tool>', 'qualified name of the tool, <target>___<tool>')
    defineStateFolder(command)
  },
  run: async ({ args, options, terminal, json }) => {
    const folder = await stateFolder(options, terminal)
    const answer = await askGateway(folder, 'POST', '/pins/diff', { tool: args[0] ?? '' })
    terminal.out(json ? `${jsonText(answer)}\n` : showPinDiff(answer, terminal))
    return exitCode('ok')
  },
}
