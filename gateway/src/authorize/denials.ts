// How this stage refuses. The caller learns no more than the code; policies and reasons are the operator's.
// A tool that the caller may not see is answered like one that does not exist, and the audit keeps the two
// apart (protocol §9, attacks M-10).
import type { RefusalCode } from '../answers.ts'
import type { CatalogueEntry } from '../catalogue/entry.ts'
import { refuse, type Refusal } from '../refusal.ts'
import type { CatalogueSchema } from './catalogue-schema.ts'
import type { ConversionFailure } from './conversion-walk.ts'
import type { Action } from './action.ts'
import type { Verdict } from './verdict.ts'

export const CHANGED = 'the definition is not the one that was approved'

export function nothingLoaded(): Refusal {
  return refuse('authorize.policy_error', { reason: 'no policies are loaded' })
}

/** Answered like an unknown tool; `actual` and `reason` say what it is. */
export function hidden(actual: RefusalCode, reason: string): Refusal {
  return refuse('authorize.no_such_tool', { actual, reason })
}

export function hiddenBy({ answer, policies, reason }: Verdict): Refusal {
  const actual = answer === 'error' ? 'authorize.policy_error' : 'authorize.denied'
  return refuse('authorize.no_such_tool', { actual, policies, reason: `hidden: ${reason}` })
}

export function denied({ answer, policies, reason }: Verdict): Refusal {
  const code = answer === 'error' ? 'authorize.policy_error' : 'authorize.denied'
  return refuse(code, { policies, reason })
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
