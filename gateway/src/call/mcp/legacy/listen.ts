// Listening to a target of the old era (MCP 2025-11-25, basic/transports): the GET stream of a session of its own, and
// `resources/subscribe` for single resources; or the stream that a session has anyway (2024-11-05). Declared is nothing,
// so the target may ask nothing; a ping of ours from time to time notices a session that is gone.
import type { Credential } from '../../../credential/credential.ts'
import { isJsonObject } from '../../../json/raw-number.ts'
import type { JsonObject } from '../../../json/value.ts'
import type { Connector, ListenFilter } from '../../connector.ts'
import type { Failure } from '../failure.ts'
import { eventOf, LIST_CHANGED } from '../listen.ts'
import { HttpExchange } from './http-exchange.ts'
import { readMessage, type LegacyMessage } from './message.ts'
import type { Opening } from './opening.ts'
import { streamHeaders } from './request.ts'
import type { LegacySession } from './session.ts'

type Listen = NonNullable<Connector['listen']>

const PING_MS = 60_000
const NOBODY = 'nobody listens any more'

/** Never rejects: resolves with why nothing more comes. */
export async function listenToLegacy(
  open: Opening,
  ...[filter, credential, on, signal]: Parameters<Listen>
): Promise<string> {
  const session = await open(credential, {}, { signal })
  if ('refusal' in session) return session.refusal.reason ?? session.refusal.refused
  const offered = offeredBy(session.serverCapabilities, filter)
  if (Object.keys(offered).length === 0) {
    await session.end()
    return 'the target tells nothing of what is asked for'
  }
  const reason = await streamOf(session, credential, signal, offered, on)
  await session.end()
  return reason
}

function streamOf(
  session: LegacySession,
  { connectionKey }: Credential,
  signal: AbortSignal,
  offered: ListenFilter,
  on: Parameters<Listen>[2],
): Promise<string> {
  const { plan, channel } = session
  return new Promise((resolve) => {
    let over = false
    let stopPing = (): void => undefined
    const end = (reason: string): void => {
      if (over) return
      over = true
      stopPing()
      signal.removeEventListener('abort', onAbort)
      stream?.close()
      resolve(reason)
    }
    const onAbort = (): void => end(NOBODY)
    const pingLater = (): void => {
      stopPing = plan.deadlines.start(PING_MS, () => {
        void session.ask('ping', {}, signal).then((pong) => {
          if (over) return
          // A target that answers anything, an error too, still knows the session.
          if (pong.kind === 'failed') end('the target no longer answers')
          else pingLater()
        })
      })
    }
    const begin = (): void => {
      void subscribe(session, offered.resourceSubscriptions, signal).then((uris) => {
        if (!over) on.opened({ ...offered, ...(uris && { resourceSubscriptions: uris }) })
      })
    }
    const hear = (message: LegacyMessage): void => {
      if (message.kind === 'request') {
        if (message.method === 'ping') void session.respond(message.id, {})
        else void session.decline(message.id)
      } else if (message.kind === 'notification') {
        const event = eventOf(message.method, message.params['uri'], offered)
        if (event !== undefined) on.told(event)
      } else end('the target broke the protocol')
    }
    const failed = ({ refusal }: Failure): void => end(refusal.reason ?? refusal.refused)
    const stream =
      channel.stream === undefined
        ? new HttpExchange(
            // Nothing may come for days, and then much: each event is bounded, their sum is not.
            { ...plan, resultBytes: Number.POSITIVE_INFINITY },
            {
              head: begin,
              event(data) {
                hear(readMessage(data, ''))
                return !over
              },
              body: () => end('the target does not answer with a stream'),
              ended: () => end('the target ended the stream'),
              failed,
            },
          )
        : undefined
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) return end(NOBODY)
    pingLater()
    if (stream === undefined) {
      channel.stream?.standBy({
        // An answer that comes late to a question that was given up is no breach here.
        message: (message) => void ('method' in message && hear(message)),
        over: failed,
      })
      return session.lost ? end('the target ended the stream') : begin()
    }
    stream.hold()
    const headers = streamHeaders(channel.headers)
    stream.start({ method: 'GET', headers, body: null, connectionKey })
  })
}

/** What of the filter the target's capabilities promise. */
function offeredBy(capabilities: JsonObject, filter: ListenFilter): ListenFilter {
  const has = (list: string, name: string): boolean => {
    const capability = capabilities[list]
    return isJsonObject(capability) && capability[name] === true
  }
  const kinds = Object.values(LIST_CHANGED).filter(
    (kind) => filter[kind] === true && has(kind.replace('ListChanged', ''), 'listChanged'),
  )
  const { resourceSubscriptions: uris = [] } = filter
  return {
    ...Object.fromEntries(kinds.map((kind) => [kind, true])),
    ...(uris.length > 0 && has('resources', 'subscribe') ? { resourceSubscriptions: uris } : {}),
  }
}

/** The URIs that the target agreed to. */
async function subscribe(
  session: LegacySession,
  uris: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  if (uris === undefined) return undefined
  const asked = await Promise.all(
    uris.map((uri) => session.ask('resources/subscribe', { uri }, signal)),
  )
  return uris.filter((_uri, index) => asked[index]?.kind === 'result')
}
