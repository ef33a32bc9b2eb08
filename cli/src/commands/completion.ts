// `sallyport completion <shell>`: the script by which a shell completes this command. It is a table of the commands as
// they are, so it is written again after an upgrade.
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import type { Shell } from '../completion/shells.ts'
import { jsonText } from '../terminal/exact-json.ts'

export const completion: Command<object> = {
  examples: [
    'sallyport completion bash > ~/.local/share/bash-completion/completions/sallyport',
    'sallyport completion zsh > "${fpath[1]}/_sallyport"',
    'sallyport completion fish > ~/.config/fish/completions/sallyport.fish',
  ],
  define: (command) => {
    command.argument('<shell>', 'bash, zsh or fish')
  },
  run: async ({ args, commands, terminal, json }) => {
    const { SHELLS } = await import('../completion/shells.ts')
    const [shell = ''] = args
    if (!Object.hasOwn(SHELLS, shell)) {
      throw new CommandFailure('usage', `there is no completion for \`${shell}\``, {
        fix: `name one of ${Object.keys(SHELLS).join(', ')}`,
      })
    }
    const { commandTree } = await import('../completion/command-tree.ts')
    const script = SHELLS[shell as Shell](await commandTree(commands))
    terminal.out(json ? `${jsonText({ shell, script })}\n` : script)
    return exitCode('ok')
  },
}
