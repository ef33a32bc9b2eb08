// Random mutations of a policy file (F-21): those of any text, and those after which it is often still a policy, but
// another one.
import * as fc from 'fast-check'
import { mutated } from '../../gateway/test/config/mutate.ts'

const SWAPS: readonly (readonly [RegExp, string])[] = [
  [/\bpermit\b/g, 'forbid'],
  [/\bforbid\b/g, 'permit'],
  [/\bwhen\b/g, 'unless'],
  [/\bunless\b/g, 'when'],
  [/==/g, '!='],
  [/&&/g, '||'],
  [/\|\|/g, '&&'],
  [/ > /g, ' <= '],
  [/\b[0-9]+\b/g, '9223372036854775807'],
  [/\b[0-9]+\b/g, '9223372036854775808'],
  [/principal is AgentCore::OAuthUser/g, 'principal'],
  [/AgentCore::OAuthUser/g, 'AgentCore::OAuthClient'],
  [/action (?:==|in) [^[\],\n]+/g, 'action'],
  [/action in \[[^\]]*\]/g, 'action'],
  [/(?:when|unless) \{[^}]*\}/g, ''],
  [/(?:permit|forbid) \([^;]*;/g, ''],
  [/market___[a-z_]+/g, 'market___get_load'],
  [/market___[a-z_]+/g, 'market___no_such_tool'],
  [/"[^"\n]*"/g, '"*"'],
  [/@id\("[^"]*"\)/g, '@id("x")'],
  [/"(?:groups|tenant|agent)"/g, '"issuer"'],
  [/principal\.hasTag\([^)]*\)/g, 'true'],
  [/;/g, ';permit (principal, action, resource) when { false };'],
  [/;/g, ';permit (principal, action, resource) when { principal.getTag("none") == "x" };'],
]

/** One to four mutations away. */
export function mutatedPolicies(text: string): fc.Arbitrary<string> {
  const swap = fc.tuple(fc.constantFrom(...SWAPS), fc.nat(30))
  const swaps = fc
    .array(swap, { minLength: 1, maxLength: 4 })
    .map((all) => all.reduce((changed, [[from, to], at]) => replaced(changed, from, to, at), text))
  return fc.oneof({ weight: 3, arbitrary: swaps }, { weight: 1, arbitrary: mutated(text) })
}

/** The match at that place, counted round. */
function replaced(text: string, from: RegExp, to: string, at: number): string {
  const found = [...text.matchAll(from)]
  const match = found[at % Math.max(1, found.length)]
  if (match === undefined) return text
  return text.slice(0, match.index) + to + text.slice(match.index + match[0].length)
}
