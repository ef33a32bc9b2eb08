// Claims as tags: strings that policies may read (policy-audit §1.2), by the mapping of the configuration.
// A string stays, a number or boolean becomes its text, an array of strings becomes `|a|b|`: sorted, each
// value between separators, so that Cedar's `like "*|a|*"` matches the whole value `a` and nothing else.
// INVARIANT: a `|` in a tag is always a separator; a value that contains one refuses the token, because
// leaving it out could lift a `forbid`.
import type { JsonValue } from '../json/value.ts'
import type { Refusal } from '../refusal.ts'
import { claimAt, isTexts } from './claims.ts'
import type { Claims } from './claims.ts'
import type { Tags } from './identity.ts'
import { invalidClaims } from './reasons.ts'

export const SEPARATOR = '|'

export function tagsOf(claims: Claims, mapping: Readonly<Record<string, string>>): Tags | Refusal {
  const tags = new Map<string, string>()
  for (const [tag, path] of Object.entries(mapping)) {
    if (isElsewhere(claims, path)) {
      return invalidClaims(`\`${path}\` was left out of the token by the issuer`, `\`${path}\``)
    }
    const value = claimAt(claims, path)
    if (value === undefined) continue
    const text = tagText(value)
    if (text === undefined) {
      return invalidClaims(`\`${path}\` cannot be a tag`, `\`${path}\``)
    }
    tags.set(tag, text)
  }
  return tags
}

/** The value as one string; `undefined` where it has no such form. */
function tagText(value: JsonValue): string | undefined {
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined
  if (typeof value === 'string') return value.includes(SEPARATOR) ? undefined : value
  if (!isTexts(value)) return undefined
  if (value.some((entry) => entry === '' || entry.includes(SEPARATOR))) return undefined
  const sorted = [...new Set(value)].sort()
  return SEPARATOR + sorted.map((entry) => entry + SEPARATOR).join('')
}

// OpenID Connect Core §5.6.2: a claim that is to be fetched elsewhere. Entra does so with many groups.
function isElsewhere(claims: Claims, path: string): boolean {
  const names = claims.get('_claim_names')
  const first = path.startsWith('/') ? path.slice(1).split('/', 1)[0] : path
  return typeof names === 'object' && names !== null && Object.hasOwn(names, first as string)
}
