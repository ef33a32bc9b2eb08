// `sallyport access list`: who asked for access, and who has it until when.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { defineOperator, orderAsOperator } from '../gateway/operator-token.ts'
import type { OperatorOptions } from '../gateway/operator-token.ts'
import { listOfRequests, nothingShown, oneRequest } from '../gateway/show-approval.ts'
import { objectsOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'

type ListOptions = OperatorOptions & { readonly full?: boolean }

export const accessList: Command<ListOptions> = {
  examples: ['sallyport access list', 'sallyport access list --full'],
  define: (command) => {
    command.option('--full', 'with reasons, and who decided')
    defineOperator(command)
  },
  run: async ({ options, terminal, json }) => {
    const answer = await orderAsOperator(options, terminal, '/access/list', {})
    const rows = objectsOf(answer['access'])
    if (json) terminal.out(`${jsonText(answer)}\n`)
    else if (rows.length === 0)
      terminal.note(nothingShown(answer, 'Nothing is asked or granted', 'approver'))
    else if (options.full === true) terminal.out(rows.map(oneRequest).join('\n'))
    else terminal.out(listOfRequests(rows))
    return exitCode('ok')
  },
}
