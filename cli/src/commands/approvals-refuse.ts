// `sallyport approvals refuse <reference>`: the call is not made; an approval that was not used yet is taken back.
import type { Command } from '../command.ts'
import { decideApproval, defineDecision } from '../gateway/decide-approval.ts'
import type { DecisionOptions } from '../gateway/decide-approval.ts'

export const approvalsRefuse: Command<DecisionOptions> = {
  examples: [
    'sallyport approvals refuse 4f1c9a2e8b7d4c6f9e0a1b2c3d4e5f60 --reason "the payee is not known"',
  ],
  define: defineDecision,
  run: (call) => decideApproval(call, 'refused'),
}
