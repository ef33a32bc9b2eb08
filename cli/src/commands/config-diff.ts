// `sallyport config diff`: what another configuration means for those who use the gateway, in words: what opens, what
// closes, what only changes. Text, order and comments do not count.
import type { Change } from '@sallyport/gateway/config/change-words.ts'
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { loadChecked } from '../gateway/load-checked.ts'
import { DEFAULT_CONFIG } from '../gateway/state-folder.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'
import type { Terminal } from '../terminal/terminal.ts'

export const configDiff: Command<object> = {
  examples: [
    'sallyport config diff before.yaml after.yaml',
    'sallyport config diff /etc/sallyport/sallyport.yaml --json',
  ],
  define: (command) => {
    command
      .argument('<old>', 'the configuration as it was')
      .argument('[new]', 'the configuration as it is to be', DEFAULT_CONFIG)
  },
  run: async ({ args, terminal, json }) => {
    const [old = '', next = DEFAULT_CONFIG] = args
    const before = await loadChecked(old, terminal, 'not needed')
    const after = await loadChecked(next, terminal, 'not needed')
    const { changesInWords } = await import('@sallyport/gateway/config/change-words.ts')
    const changes = changesInWords(before.config, after.config)
    if (json) terminal.out(`${jsonText({ changes })}\n`)
    else if (changes.length === 0) terminal.out('nothing changes for anybody\n')
    else terminal.out(sections(changes, terminal))
    return exitCode('ok')
  },
}

const TITLES = [
  ['opens', 'More is possible', 'yellow'],
  ['closes', 'Less is possible', 'red'],
  ['changes', 'It is otherwise', 'bold'],
] as const

function sections(changes: readonly Change[], terminal: Pick<Terminal, 'style'>): string {
  const parts = TITLES.flatMap(([effect, title, style]) => {
    const lines = changes
      .filter((change) => change.effect === effect)
      .map(({ path, text, atNextStart }) => {
        const when = atNextStart ? ' (at the next start)' : ''
        return `  ${plainLine(path)}: ${plainLine(text)}${when}\n`
      })
    return lines.length === 0 ? [] : [`${terminal.style('out', style, title)}\n${lines.join('')}`]
  })
  return parts.join('\n')
}
