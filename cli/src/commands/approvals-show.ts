// `sallyport approvals show <reference>`: one call that waits, with the full arguments as they would be sent.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { defineOperator, orderAsOperator } from '../gateway/operator-token.ts'
import type { OperatorOptions } from '../gateway/operator-token.ts'
import { oneRequest } from '../gateway/show-approval.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { referenceOf } from './values.ts'

export const approvalsShow: Command<OperatorOptions> = {
  examples: ['sallyport approvals show 4f1c9a2e8b7d4c6f9e0a1b2c3d4e5f60'],
  define: (command) => {
    command.argument('<reference>', 'reference of the request')
    defineOperator(command)
  },
  run: async ({ args, options, terminal, json }) => {
    const reference = referenceOf(args[0])
    const answer = await orderAsOperator(options, terminal, '/approvals/show', { reference })
    terminal.out(json ? `${jsonText(answer)}\n` : oneRequest(answer))
    return exitCode('ok')
  },
}
