// A stream that stays open to tell its listener what has changed (protocol §8): `subscriptions/listen` of the modern era,
// the GET stream of a session and `resources/subscribe` of the old one. It has an owner, a limit, an end and two records;
// it opens no way to anything, because what it tells is decided again for each note. A part of the pipeline.
import { reply, say, wireContext } from './answering.ts'
import type { AboutPerson } from './audit/record.ts'
import type { ListenFilter, TargetEvent } from './call/connector.ts'
import type { Exchange, PipelineParts, Understood } from './exchange.ts'
import type { Identity } from './identify/identity.ts'
import type { Head, SessionTerms } from './in/inbound.ts'
import type { FoundSession } from './mcp/legacy/sessions.ts'
import { isUri, MOST_URIS, readFilter } from './mcp/subscriptions/filter.ts'
import { createNoteStream, type NoteStream } from './mcp/subscriptions/note-stream.ts'
import { acknowledgement, ending, noteOf } from './mcp/subscriptions/notes.ts'
import type { Honoured, Reader } from './mcp/subscriptions/subscriptions.ts'
import { modernWire } from './out/wire.ts'
import { isRefusal, refuse } from './refusal.ts'

type Known = Exchange & { readonly head: Head; readonly identity: Identity }

/** How one era listens. */
type Listening = {
  readonly era: 'modern' | 'legacy'
  readonly stream: NoteStream
  readonly reader: Reader
  /** What is asked for. */
  readonly filter: () => ListenFilter | Promise<ListenFilter>
  /** Of that, where it is decided already. */
  readonly decided?: Honoured
  readonly toldFirst?: Buffer
  /** Where the stream ends in good order. */
  readonly toldLast?: Buffer
  readonly noteOf: (event: TargetEvent) => Buffer
}

/** `subscriptions/listen`. */
export async function listen(parts: PipelineParts, exchange: Understood): Promise<void> {
  const { id = '', params } = exchange.inbound
  const asked = readFilter(params)
  if (isRefusal(asked)) return say(parts, exchange, asked)
  const reader = readerOf(exchange, exchange.inbound.session)
  const decided = parts.subscriptions.honoured(reader, asked)
  // What may not be read when the stream opens is no part of it.
  const { filter: honoured } = decided
  return run(parts, exchange, {
    era: 'modern',
    stream: createNoteStream(),
    reader,
    filter: () => honoured,
    decided,
    toldFirst: acknowledgement(id, honoured),
    toldLast: ending(id),
    noteOf: (event) => noteOf(event, id),
  })
}

/** GET of a session: it hears of all lists, and of what the session has subscribed to. */
export function listenInSession(
  parts: PipelineParts,
  exchange: Known,
  { session }: FoundSession,
): Promise<void> {
  const reader = readerOf(exchange, session)
  return run(parts, exchange, {
    era: 'legacy',
    stream: parts.sessions.streams.open(session.name),
    reader,
    async filter() {
      const { subscriptions } = await parts.sessions.stateOf(session)
      return { ...ALL_LISTS, resourceSubscriptions: subscriptions }
    },
    noteOf: (event) => noteOf(event, undefined),
  })
}

const ALL_LISTS = {
  toolsListChanged: true,
  promptsListChanged: true,
  resourcesListChanged: true,
} as const

/** `resources/subscribe` and `resources/unsubscribe` (MCP 2025-11-25, server/resources). */
export async function subscribe(
  parts: PipelineParts,
  exchange: Understood,
  session: SessionTerms,
): Promise<void> {
  const { method, params } = exchange.inbound
  const { uri } = params
  if (!isUri(uri)) {
    return say(parts, exchange, refuse('in.invalid_params', { seen: '`uri` is no URI' }))
  }
  const adds = method === 'resources/subscribe'
  if (adds && parts.subscriptions.readableAt(readerOf(exchange, session), uri) === undefined) {
    const reason = 'a resource that the session may not read'
    return say(parts, exchange, refuse('authorize.no_such_resource', { reason }))
  }
  const state = await parts.sessions.change(session, (before) => {
    const others = before.subscriptions.filter((other) => other !== uri)
    const all = adds && others.length < MOST_URIS ? [...others, uri] : others
    return { ...before, subscriptions: all }
  })
  if (adds && !state.subscriptions.includes(uri)) {
    const seen = `more than ${MOST_URIS} subscriptions`
    return say(parts, exchange, refuse('in.invalid_params', { seen }))
  }
  parts.subscriptions.changed()
  return reply(parts, exchange, {})
}

async function run(
  parts: PipelineParts,
  exchange: Known,
  { era, stream, reader, filter, decided, toldFirst, toldLast, noteOf: written }: Listening,
): Promise<void> {
  const end = (): void => stream.end(toldLast)
  const forget = parts.streams.listen(exchange.identity, end, parts.streamLimits)
  if (typeof forget === 'string') {
    stream.end()
    return say(parts, exchange, tooMany(forget))
  }
  const { target = 'all' } = reader
  const record = (detail: Readonly<Record<string, unknown>>): Promise<void> =>
    parts.audit.event(
      'stream',
      { ...detail, era, target },
      about(exchange.identity),
      exchange.requestId,
    )
  let told = 0
  let ended = 'refused'
  let unfollow = (): void => undefined
  try {
    const honoured = decided ?? parts.subscriptions.honoured(reader, await filter())
    await record({ change: 'opened', ...inWords(honoured.filter) })
    ended = 'failed'
    if (toldFirst !== undefined) stream.tell(toldFirst)
    if (Object.keys(honoured.filter).length === 0) end()
    else {
      const listener = {
        reader,
        filter,
        told(event: TargetEvent) {
          told += 1
          stream.tell(written(event))
        },
        nothingLeft: end,
      }
      unfollow = await parts.subscriptions.follow(listener, honoured)
    }
    // Of this stream the reader's end is the end, in both eras.
    const context = wireContext(parts, exchange)
    ended = await modernWire.stream(exchange.response, stream.messages, context)
  } finally {
    stream.end()
    unfollow()
    forget()
    // That it could not be written shows in the health of the log.
    if (ended !== 'refused') void record({ change: 'ended', ended, told }).catch(() => undefined)
  }
  parts.observe(exchange, { code: 'ok' })
}

function readerOf(
  { identity, head, requestId }: Known,
  session: Pick<SessionTerms, 'protocolVersion'> | undefined,
): Reader {
  const { target } = head.route
  const spoken = session?.protocolVersion
  return { identity, target, spoken, address: head.peerAddress, requestId }
}

/** What is listened to, without the URIs: they may be about people. */
function inWords({ resourceSubscriptions: uris = [], ...lists }: ListenFilter): object {
  return { lists: Object.keys(lists), resources: uris.length }
}

function about({ principal, sid }: Identity): AboutPerson {
  const { issuer, tenant } = principal
  return {
    issuer,
    ...(principal.kind === 'client' ? {} : { subject: principal.subject }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(sid === undefined ? {} : { session: sid }),
  }
}

function tooMany(whose: 'everybody' | 'this principal') {
  return refuse('in.too_many_streams', { seen: `the limit of streams of ${whose}` })
}
