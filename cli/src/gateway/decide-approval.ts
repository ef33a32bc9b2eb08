// What approving and refusing have in common: one reference, a reason for the record, the operator's own token.
import type { Command as CommanderCommand } from 'commander'
import { referenceOf } from '../commands/values.ts'
import { exitCode } from '../exit-codes.ts'
import { jsonText } from '../terminal/exact-json.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { defineOperator, orderAsOperator } from './operator-token.ts'
import type { OperatorOptions } from './operator-token.ts'
import { textOf } from './show-approval.ts'

export type DecisionOptions = OperatorOptions & { readonly reason: string }

export function defineDecision(command: CommanderCommand): void {
  command
    .argument('<reference>', 'reference of the request')
    .requiredOption('--reason <words>', 'for the record')
  defineOperator(command)
}

export async function decideApproval(
  call: {
    readonly args: readonly string[]
    readonly options: DecisionOptions
    readonly terminal: Terminal
    readonly json: boolean
  },
  answer: 'given' | 'refused',
): Promise<number> {
  const { args, options, terminal, json } = call
  const order = { reference: referenceOf(args[0]), answer, reason: options.reason }
  const decided = await orderAsOperator(options, terminal, '/approvals/decide', order)
  const what = `${textOf(decided, 'tool')} (${textOf(decided, 'reference')})`
  if (json) terminal.out(`${jsonText(decided)}\n`)
  else if (answer === 'refused') terminal.note(`Refused ${what}.\n`)
  else terminal.note(`Approved ${what}: it goes through once, until ${textOf(decided, 'until')}.\n`)
  return exitCode('ok')
}
