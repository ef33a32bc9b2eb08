// What a target of the old era offers: `initialize` says what it can do, the rest is listed as in the modern era. The
// session of the description is the gateway's own; it declares nothing and is kept for the next time.
import type { JsonObject } from '../../../json/value.ts'
import type { Description } from '../../connector.ts'
import type { Failure } from '../failure.ts'
import { listOffers } from '../list-offers.ts'
import type { LegacySession } from './session.ts'

const MAX_BYTES = 32 * 1_024 * 1_024

/** Rejects with a plain Error in words for the operator. */
export async function describeLegacy(
  enter: () => LegacySession | Failure | Promise<LegacySession | Failure>,
  leave: (session: LegacySession) => void,
  signal: AbortSignal,
): Promise<Description> {
  const described = await once(enter, leave, signal)
  if (described !== 'lost') return described
  const again = await once(enter, leave, signal)
  if (again === 'lost') throw new Error('the target loses its sessions')
  return again
}

async function once(
  enter: () => LegacySession | Failure | Promise<LegacySession | Failure>,
  leave: (session: LegacySession) => void,
  signal: AbortSignal,
): Promise<Description | 'lost'> {
  const session = await enter()
  if ('refusal' in session) {
    throw new Error(`initialize: ${session.refusal.reason ?? session.refusal.refused}`, {
      cause: session.refusal,
    })
  }
  let bytes = 0
  const ask = async (method: string, params: JsonObject): Promise<JsonObject> => {
    const asked = await session.ask(method, params, signal)
    switch (asked.kind) {
      case 'result':
        bytes += asked.bytes
        if (bytes > MAX_BYTES) throw new Error(`the description is larger than ${MAX_BYTES} bytes`)
        return asked.result
      case 'error':
        throw new Error(
          `${method}: the target answered error ${JSON.stringify(asked.error['code'])}`,
        )
      case 'failed':
        // It forgot the session, or nothing is posted there any more.
        if (asked.status === 404 || asked.status === 405) session.lost = true
        throw new Error(
          `${method}: ${asked.failure.refusal.reason ?? asked.failure.refusal.refused}`,
          { cause: asked.failure.refusal },
        )
    }
  }
  try {
    const offers = await listOffers(ask, session.serverCapabilities)
    const { revision } = session
    const transport = session.channel.stream === undefined ? 'streamable-http' : 'sse'
    // A part of them may be missing for it.
    return session.lost ? 'lost' : { ...offers, speaks: { revision, transport } }
  } catch (error) {
    if (session.lost) return 'lost'
    throw error
  } finally {
    leave(session)
  }
}
