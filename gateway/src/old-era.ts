// What only clients of the old era do (MCP 2025-11-25, basic/lifecycle and transports): they open a session, listen to it,
// end it, post responses and, in 2025-03-26, batches. A request of a session goes the one way that all requests go
// (pipeline.ts), with the wire of its era. Like the pipeline it knows the stages' products, and constructs none.
import { accept, reply, say, wireContext } from './answering.ts'
import type { Exchange, PipelineParts, Understood } from './exchange.ts'
import type { Identity } from './identify/identity.ts'
import type { Head, SessionTerms } from './in/inbound.ts'
import { inSession, type OldEra, type OldMessage, type OldPost } from './in/old-era.ts'
import { BATCH_VERSION } from './in/versions.ts'
import type { RpcId } from './json/value.ts'
import { discovered } from './listing.ts'
import { listenInSession, subscribe } from './listen.ts'
import { initializeResult, readInitialize } from './mcp/legacy/initialize.ts'
import { isLogLevel } from './in/meta.ts'
import { termsOf, type FoundSession } from './mcp/legacy/sessions.ts'
import { entryWire, legacyWire, writeBatch } from './out/legacy-wire.ts'
import { isRefusal, refuse, type Refusal } from './refusal.ts'
import { randomId } from './system/ids.ts'

type Known = Exchange & { readonly head: Head; readonly identity: Identity }

/** Steps of the path that this one joins. */
export type Path = {
  /** Whether the caller may ask at all, now; to be asked once for each message. */
  readonly stopped: (parts: PipelineParts, identity: Identity) => Refusal | undefined
  /** From an understood request to its answer; never rejects. */
  readonly proceed: (parts: PipelineParts, exchange: Understood) => Promise<void>
}

export async function answerOldEra(
  parts: PipelineParts,
  arrived: Known,
  asked: OldEra,
  path: Path,
): Promise<void> {
  const exchange = { ...arrived, wire: legacyWire }
  const { head, identity } = exchange
  const opening = openingOf(asked)
  if (opening !== undefined) return openSession(parts, exchange, opening, path)
  const id = head.headers.get('mcp-session-id')
  if (id === undefined) return say(parts, exchange, forOne(asked, refuse('in.session_required')))
  const looked = parts.sessions.find(id, identity, head.route)
  const found = looked instanceof Promise ? await looked : looked
  if (isRefusal(found)) return say(parts, exchange, forOne(asked, found))
  if (asked.verb === 'POST') return answerPost(parts, exchange, asked, found, path)
  const stopped = path.stopped(parts, identity)
  if (stopped !== undefined) return say(parts, exchange, stopped)
  return asked.verb === 'GET'
    ? listenInSession(parts, exchange, found)
    : endSession(parts, exchange, found)
}

/** Requests that only sessions have: `ping`, `logging/setLevel`, `resources/subscribe` and its end. */
export function answerInSession(
  parts: PipelineParts,
  exchange: Understood,
  session: SessionTerms,
): void | Promise<void> {
  switch (exchange.inbound.method) {
    case 'logging/setLevel':
      return setLevel(parts, exchange, session)
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return subscribe(parts, exchange, session)
    default:
      return reply(parts, exchange, {})
  }
}

type Opening = Extract<OldMessage, { readonly method: string }> & { readonly id: RpcId }

function openingOf(asked: OldEra): Opening | undefined {
  const [first] = asked.verb === 'POST' ? asked.messages : []
  if (first === undefined || !('method' in first) || first.id === undefined) return undefined
  return first.method === 'initialize' ? (first as Opening) : undefined
}

async function openSession(
  parts: PipelineParts,
  exchange: Known,
  { id, params }: Opening,
  path: Path,
): Promise<void> {
  const { identity, head } = exchange
  const stopped = path.stopped(parts, identity)
  const terms = stopped ?? readInitialize(params, head.route)
  if (isRefusal(terms)) return say(parts, exchange, { ...terms, rpcId: id })
  const context = {
    ...wireContext(parts, exchange),
    rpcId: id,
    sessionId: parts.sessions.open(terms, identity, head.route),
  }
  const result = initializeResult(
    terms.protocolVersion,
    await discovered(parts, identity, head.route.target, terms.protocolVersion),
  )
  exchange.wire.own(exchange.response, result, context)
  parts.observe(exchange, { code: 'ok' })
}

async function endSession(
  parts: PipelineParts,
  exchange: Known,
  { session }: FoundSession,
): Promise<void> {
  await parts.sessions.end(session)
  accept(parts, exchange)
}

async function answerPost(
  parts: PipelineParts,
  exchange: Known,
  { messages, isBatch }: OldPost,
  found: FoundSession,
  path: Path,
): Promise<void> {
  if (isBatch && found.session.protocolVersion !== BATCH_VERSION) {
    const seen = `an array in a session of ${found.session.protocolVersion}`
    return say(parts, exchange, refuse('in.invalid_message', { seen }))
  }
  const responses: Buffer[] = []
  const answers: Promise<void>[] = []
  for (const message of messages) {
    const isRequest = 'method' in message && message.id !== undefined
    if (!isRequest) {
      const stopped = path.stopped(parts, exchange.identity)
      if (stopped !== undefined && !isBatch) return say(parts, exchange, stopped)
      if (stopped === undefined) hear(parts, message, found)
      continue
    }
    const entry = isBatch
      ? {
          ...exchange,
          requestId: randomId(),
          wire: entryWire((response) => responses.push(response)),
        }
      : exchange
    const inbound = inSession(exchange.head, message, termsOf(found))
    if (isRefusal(inbound)) say(parts, entry, inbound)
    else answers.push(path.proceed(parts, { ...entry, inbound }))
  }
  await Promise.all(answers)
  if (!isBatch && answers.length > 0) return
  if (responses.length === 0) return accept(parts, exchange)
  writeBatch(exchange.response, responses, wireContext(parts, exchange))
}

/** What wants no answer: a notification, or a response to what a target asked. */
function hear(parts: PipelineParts, message: OldMessage, { session }: FoundSession): void {
  if ('response' in message) return parts.sessions.deliver(session, message)
  const { requestId } = message.params
  if (message.method !== 'notifications/cancelled' || requestId === undefined) return
  parts.sessions.underWay.cancel(session.name, requestId)
}

async function setLevel(
  parts: PipelineParts,
  exchange: Understood,
  session: SessionTerms,
): Promise<void> {
  const { level } = exchange.inbound.params
  if (!isLogLevel(level)) {
    return say(parts, exchange, refuse('in.invalid_params', { seen: '`level` is no log level' }))
  }
  await parts.sessions.change(session, (state) => ({ ...state, logLevel: level }))
  return reply(parts, exchange, {})
}

/** The refusal with the id of the one request that it answers. */
function forOne(asked: OldEra, refusal: Refusal): Refusal {
  if (asked.verb !== 'POST' || asked.isBatch) return refusal
  const [only] = asked.messages
  if (only === undefined || !('method' in only) || only.id === undefined) return refusal
  return { ...refusal, rpcId: only.id }
}
