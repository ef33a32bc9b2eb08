// `sallyport disable`: switches a tool, a target, a client, a person or everything off, at once and until `sallyport
// enable`. It does not ask: it can be taken back, and whoever needs it is in a hurry.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { orderAsOperator } from '../gateway/operator-token.ts'
import { defineSwitch, switchedWords, switchOrder } from '../gateway/switch-words.ts'
import type { SwitchOptions } from '../gateway/switch-words.ts'
import { objectOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'

type DisableOptions = SwitchOptions & { readonly anyway?: boolean }

export const disable: Command<DisableOptions> = {
  examples: [
    'sallyport disable tool market___place_bid --reason "wrong prices since 10:40"',
    'sallyport disable person bob --reason "lost laptop"',
    'sallyport disable everything --reason "incident 4711"',
  ],
  define: (command) => {
    defineSwitch(command)
    command.requiredOption('--reason <words>', 'for the record and for `sallyport disabled`')
    command.option('--anyway', 'also where the gateway knows nothing of that name')
  },
  run: async ({ args, options, terminal, json }) => {
    const order = { ...switchOrder(args, options), anyway: options.anyway === true }
    const answer = await orderAsOperator(options, terminal, '/disable', order)
    if (json) terminal.out(`${jsonText(answer)}\n`)
    else {
      const words = plainLine(switchedWords(objectOf(answer['disabled']) ?? {}))
      const streams =
        answer['streams'] === 0 ? '' : `, open streams ended: ${jsonText(answer['streams'])}`
      terminal.out(`Disabled ${words}${streams}\n`)
      terminal.note('It stays so until `sallyport enable`, also after a restart.\n')
    }
    return exitCode('ok')
  },
}
