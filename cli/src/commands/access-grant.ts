// `sallyport access grant <reference> --for 2h`: one tool, for the person and the client that asked, until then.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { defineOperator, orderAsOperator } from '../gateway/operator-token.ts'
import type { OperatorOptions } from '../gateway/operator-token.ts'
import { textOf } from '../gateway/show-approval.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { referenceOf } from './values.ts'

type GrantOptions = OperatorOptions & { readonly for: string; readonly reason: string }

export const accessGrant: Command<GrantOptions> = {
  examples: [
    'sallyport access grant 4f1c9a2e8b7d4c6f9e0a1b2c3d4e5f60 --for 2h --reason "month-end"',
  ],
  define: (command) => {
    command
      .argument('<reference>', 'reference of the request')
      .requiredOption('--for <time>', 'how long, such as 30m, 2h or 1d; at most 7d')
      .requiredOption('--reason <words>', 'for the record')
    defineOperator(command)
  },
  run: async ({ args, options, terminal, json }) => {
    const reference = referenceOf(args[0])
    const order = { reference, for: options.for, reason: options.reason }
    const granted = await orderAsOperator(options, terminal, '/access/grant', order)
    if (json) terminal.out(`${jsonText(granted)}\n`)
    else terminal.note(`Granted ${textOf(granted, 'tool')} until ${textOf(granted, 'until')}.\n`)
    return exitCode('ok')
  },
}
