// Which era a target speaks (protocol §4): asked with every description, because a stale verdict keeps "working"
// silently, and remembered in between. A call that comes before the first answer asks by itself. 401, 403, 5xx and
// silence are no evidence: the last verdict stays.
import type { Credential } from '../../credential/credential.ts'
import type { Description } from '../connector.ts'
import { OldEra } from './describe.ts'
import type { McpTargetSettings } from './settings.ts'

export type Era = 'modern' | 'legacy'

export type EraOfTarget = {
  /** `undefined`: not known yet. */
  readonly verdict: () => Era | undefined
  /** Asks the target; rejects in words for the operator where it gives no evidence. */
  readonly ask: (credential: Credential, signal: AbortSignal) => Promise<Era>
  readonly describe: (credential: Credential, signal: AbortSignal) => Promise<Description>
}

type Describe = (credential: Credential, signal: AbortSignal) => Promise<Description>

export function createEra(
  configured: McpTargetSettings['era'],
  discover: (credential: Credential, signal: AbortSignal) => Promise<unknown>,
  describe: { readonly [era in Era]: Describe },
): EraOfTarget {
  let verdict: Era | undefined = configured === 'auto' ? undefined : configured

  async function orLegacy<T>(modern: Promise<T>, legacy: () => Promise<T>): Promise<T> {
    const seen = await modern.then(
      (answer) => ({ answer }),
      (error: unknown) => {
        if (error instanceof OldEra) return error
        throw error
      },
    )
    if (seen instanceof OldEra) {
      const answer = await legacy().catch((cause: unknown) => {
        throw new Error(`${seen.message}, nor an older one: ${wordsOf(cause)}`, { cause })
      })
      verdict = 'legacy'
      return answer
    }
    verdict = 'modern'
    return seen.answer
  }

  return {
    verdict: () => verdict,
    ask: (credential, signal) =>
      orLegacy<Era>(
        discover(credential, signal).then(() => 'modern'),
        () => Promise.resolve('legacy'),
      ),
    describe(credential, signal) {
      if (configured !== 'auto') return describe[configured](credential, signal)
      return orLegacy(describe.modern(credential, signal), () =>
        describe.legacy(credential, signal),
      )
    },
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error'
}
