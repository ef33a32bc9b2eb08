// MUST (policy-audit §1.1 rule 4): `__entity`, `__extn` and `__expr` are Cedar's own notation for entities,
// functions and expressions. A call that has one of them as a member name anywhere is refused before
// conversion (attacks P-14).
import type { JsonValue } from '../json/value.ts'

const RESERVED: ReadonlySet<string> = new Set(['__entity', '__extn', '__expr'])

/** The reserved member name in `args`, if there is one. `json` is `args` serialised: most calls end there. */
export function findReservedKey(args: JsonValue, json: string): string | undefined {
  return json.includes('"__e') ? search(args) : undefined
}

function search(value: JsonValue): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, member] of Object.entries(value)) {
    const found = !Array.isArray(value) && RESERVED.has(name) ? name : search(member)
    if (found !== undefined) return found
  }
  return undefined
}
