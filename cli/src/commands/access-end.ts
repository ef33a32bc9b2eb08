// `sallyport access end <reference>`: refuses a request for access, or ends what was granted, at once.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { defineOperator, orderAsOperator } from '../gateway/operator-token.ts'
import type { OperatorOptions } from '../gateway/operator-token.ts'
import { textOf } from '../gateway/show-approval.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { referenceOf } from './values.ts'

type EndOptions = OperatorOptions & { readonly reason: string }

export const accessEnd: Command<EndOptions> = {
  examples: ['sallyport access end 4f1c9a2e8b7d4c6f9e0a1b2c3d4e5f60 --reason "month-end is over"'],
  define: (command) => {
    command
      .argument('<reference>', 'reference of the request or the grant')
      .requiredOption('--reason <words>', 'for the record')
    defineOperator(command)
  },
  run: async ({ args, options, terminal, json }) => {
    const order = { reference: referenceOf(args[0]), reason: options.reason }
    const ended = await orderAsOperator(options, terminal, '/access/end', order)
    if (json) terminal.out(`${jsonText(ended)}\n`)
    else terminal.note(`Ended ${textOf(ended, 'tool')} (${textOf(ended, 'reference')}).\n`)
    return exitCode('ok')
  },
}
