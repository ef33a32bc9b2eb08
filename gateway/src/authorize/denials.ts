// How this stage refuses. The caller learns no more than the code; policies and reasons are the operator's.
// What the caller may not see is answered like what does not exist, and the audit keeps the two
// apart (protocol §9, attacks M-10).
import type { RefusalCode } from '../answers.ts'
import type { CatalogueEntry, EntryKind } from '../catalogue/entry.ts'
import { refuse, type Refusal } from '../refusal.ts'
import type { CatalogueSchema } from './catalogue-schema.ts'
import type { ConversionFailure } from './conversion-walk.ts'
import type { Action } from './action.ts'
import type { Verdict } from './verdict.ts'

export const CHANGED = 'the definition is not the one that was approved'

export function nothingLoaded(): Refusal {
  return refuse('authorize.policy_error', { reason: 'no policies are loaded' })
}

/** How something is answered that there is not. */
export const UNKNOWN = {
  tool: 'authorize.no_such_tool',
  prompt: 'authorize.no_such_prompt',
  resource: 'authorize.no_such_resource',
} as const satisfies Record<EntryKind, RefusalCode>
type Unknown = (typeof UNKNOWN)[EntryKind]

/** Answered like something unknown; `actual` and `reason` say what it is. */
export function hidden(unknown: Unknown, actual: RefusalCode, reason: string): Refusal {
  return refuse(unknown, { actual, reason })
}

export function hiddenBy(unknown: Unknown, verdict: Verdict): Refusal {
  const { policies, reason } = verdict
  return refuse(unknown, { actual: codeOf(verdict), policies, reason: `hidden: ${reason}` })
}

/** A resource that policy denies is like none: its URI is what there is to know of it (protocol §9). */
export function refusedAs(kind: EntryKind, verdict: Verdict): Refusal {
  if (kind === 'resource') return hiddenBy(UNKNOWN.resource, verdict)
  const { policies, reason } = verdict
  return refuse(codeOf(verdict), { policies, reason })
}

function codeOf({ answer }: Verdict): RefusalCode {
  return answer === 'error' ? 'authorize.policy_error' : 'authorize.denied'
}

/** Why an entry of the catalogue has no place in the policy schema. */
export function unusable(entry: CatalogueEntry, schema: CatalogueSchema): string {
  if (entry.pin === 'pending') return 'the tool waits for approval'
  // INVARIANT: whatever is not pending has a schema or a reason.
  return schema.quarantined.get(entry.qualifiedName) as string
}

/** Names the path to the caller, and the policies that read it to the operator. */
export function inconvertible(action: Action, failure: ConversionFailure): Refusal {
  const { path, why, expected } = failure
  const names = path.split('/').slice(1).map(unescaped)
  const policies = action.slice
    .filter(({ reads }) =>
      reads.some((read) => read.every((name, at) => at >= names.length || name === names[at])),
    )
    .map(({ id }) => id)
  const seen = `\`${path === '' ? '/' : path}\` ${why}`
  return refuse('authorize.inconvertible_argument', {
    seen,
    expected,
    policies,
    reason: `${seen}; it is read by ${policies.map((id) => `\`${id}\``).join(', ')}`,
  })
}

/** RFC 6901 §4. */
function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}
