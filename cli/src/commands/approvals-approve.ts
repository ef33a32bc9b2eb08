// `sallyport approvals approve <reference>`: a second person lets one call through, once. What is approved are the
// arguments that `approvals show` shows; another call needs another approval.
import type { Command } from '../command.ts'
import { decideApproval, defineDecision } from '../gateway/decide-approval.ts'
import type { DecisionOptions } from '../gateway/decide-approval.ts'

export const approvalsApprove: Command<DecisionOptions> = {
  examples: [
    'sallyport approvals approve 4f1c9a2e8b7d4c6f9e0a1b2c3d4e5f60 --reason "checked against the invoice"',
  ],
  define: defineDecision,
  run: (call) => decideApproval(call, 'given'),
}
