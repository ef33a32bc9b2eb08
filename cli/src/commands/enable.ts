// `sallyport enable`: takes back what `sallyport disable` did.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { orderAsOperator } from '../gateway/operator-token.ts'
import { defineSwitch, switchedWords, switchOrder } from '../gateway/switch-words.ts'
import type { SwitchOptions } from '../gateway/switch-words.ts'
import { objectOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'

export const enable: Command<SwitchOptions> = {
  examples: [
    'sallyport enable tool market___place_bid --reason "prices are right again"',
    'sallyport enable everything --reason "incident 4711 is over"',
  ],
  define: (command) => {
    defineSwitch(command)
    command.option('--reason <words>', 'for the record')
  },
  run: async ({ args, options, terminal, json }) => {
    const answer = await orderAsOperator(options, terminal, '/enable', switchOrder(args, options))
    if (json) terminal.out(`${jsonText(answer)}\n`)
    else {
      const words = plainLine(switchedWords(objectOf(answer['enabled']) ?? {}))
      terminal.out(
        answer['was'] === 'disabled' ? `Enabled ${words}\n` : `${words} was not disabled\n`,
      )
    }
    return exitCode('ok')
  },
}
