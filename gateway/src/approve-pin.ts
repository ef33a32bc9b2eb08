// Approval of one tool as it was shown (policy-audit §1.2, §1.6): the definition is tried with the policies in force, the
// approval is recorded with who gave it, then it takes effect: pin, policy schema and set change as one. Where the
// policies do not fit, nothing changes and the findings are told.
import type { OperatorIdentity } from './admin/operator-role.ts'
import type { Approver } from './catalogue/pins.ts'
import type { Generation } from './generation.ts'
import { inOneLine } from './policies.ts'
import type { Shared } from './shared.ts'
import { createInTurn } from './system/in-turn.ts'

export type PinApproval = {
  readonly tool: string
  readonly hash: string
  /** It has an approved definition now, and is listed and callable as far as the policies permit. */
  readonly approvedAtMs: number
}

export type ApprovePin = (
  order: { readonly tool: string; readonly hash: string; readonly reason: string },
  by: OperatorIdentity,
) => Promise<PinApproval>

/** Orders are taken one after the other: each is tried against what the former left. */
export function createApprovePin(shared: Shared, running: () => Generation): ApprovePin {
  const inTurn = createInTurn()

  const approve: ApprovePin = async ({ tool, hash, reason }, operator) => {
    const { catalogue, tryCatalogue } = running()
    const proposal = await catalogue.review.propose(tool, hash)
    requireFit(tool, await tryCatalogue(proposal.catalogue))
    const { target, state, approvedHash, findings } = proposal.row
    const detail = {
      change: 'approved',
      tool,
      target,
      hash,
      was: state,
      ...(approvedHash === undefined ? {} : { former: approvedHash }),
      findings: [...new Set(findings.map(({ rule }) => rule))],
      reason,
      client: operator.client,
    }
    await shared.audit.event('pin_changed', detail, operator.about)
    const by: Approver = { issuer: operator.issuer, subject: operator.subject }
    await catalogue.review.approve(proposal, by)
    return { tool, hash, approvedAtMs: shared.clock.wallMs() }
  }

  return (order, by) => inTurn(() => approve(order, by))
}

function requireFit(tool: string, tried: Awaited<ReturnType<Generation['tryCatalogue']>>): void {
  if (!tried.loaded) {
    const lines = tried.findings.map(inOneLine).join('\n')
    throw new Error(`the policies do not fit the new definition of \`${tool}\`:\n${lines}`)
  }
  const unusable = tried.quarantined.get(tool)
  if (unusable !== undefined) {
    throw new Error(`no policy can be written for \`${tool}\`: ${unusable}`)
  }
}
