// `sallyport approvals list`: the calls that wait for a second person, as far as you may see them.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { defineOperator, orderAsOperator } from '../gateway/operator-token.ts'
import type { OperatorOptions } from '../gateway/operator-token.ts'
import { listOfRequests, nothingShown } from '../gateway/show-approval.ts'
import { objectsOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'

const ROLE = 'whoever has the role that the policy names (approver)'

export const approvalsList: Command<OperatorOptions> = {
  examples: ['sallyport approvals list', 'sallyport approvals list --json'],
  define: defineOperator,
  run: async ({ options, terminal, json }) => {
    const answer = await orderAsOperator(options, terminal, '/approvals/list', {})
    const rows = objectsOf(answer['approvals'])
    if (json) terminal.out(`${jsonText(answer)}\n`)
    else if (rows.length === 0) terminal.note(nothingShown(answer, 'Nothing waits', ROLE))
    else terminal.out(listOfRequests(rows))
    return exitCode('ok')
  },
}
