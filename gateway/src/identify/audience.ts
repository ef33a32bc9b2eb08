// Is this token for us? (RFC 9068 §4, RFC 8707 §2, RFC 9700 §4.9; attacks J-07, O-22). `aud` must name the
// resource that was called, or a value that the configuration wrote out; every further value must be one that
// the configuration or the profile tolerates. Values are compared whole: no prefix, no case folding.
import { refuse } from '../refusal.ts'
import type { Refusal } from '../refusal.ts'
import type { JsonValue } from '../json/value.ts'
import { isTexts } from './claims.ts'
import { shown } from './reasons.ts'

export type AudienceRule = {
  /** Stand for this gateway at every endpoint. */
  readonly ours: ReadonlySet<string>
  /** May stand beside, never suffice. */
  readonly besides: ReadonlySet<string>
  /** A token without `aud` is judged by its client, which the allow list of clients has accepted. */
  readonly fromClient: boolean
}

export function checkAudience(
  aud: JsonValue | undefined,
  resource: string,
  rule: AudienceRule,
): Refusal | undefined {
  if (aud === undefined && rule.fromClient) return undefined
  const audiences = typeof aud === 'string' ? [aud] : aud
  if (!isTexts(audiences)) return wrongAudience(aud, resource)
  // Endpoints answer with and without a slash at the end, and both forms name the same resource.
  const isOurs = (name: string): boolean =>
    name === resource || name === `${resource}/` || rule.ours.has(name)
  const accepted =
    audiences.some(isOurs) && audiences.every((name) => isOurs(name) || rule.besides.has(name))
  return accepted ? undefined : wrongAudience(aud, resource)
}

function wrongAudience(aud: JsonValue | undefined, resource: string): Refusal {
  return refuse('identify.wrong_audience', {
    expected: `\`aud\` \`${resource}\``,
    reason: `\`aud\` is ${shown(aud)}`,
  })
}
