// The stream of a session with a target that speaks the transport of revision 2024-11-05 (HTTP with SSE): a GET, whose
// first event names the endpoint to which messages are posted, and on which everything that the target says comes. The
// endpoint must be of the target's own origin: no message, and no credential, ever goes elsewhere. Whose a message is,
// is told by random ids; what belongs to nobody is bounded, and so is every event.
import { refuse } from '../../../refusal.ts'
import type { JsonValue } from '../../../json/value.ts'
import { broken } from '../answer.ts'
import { connectionLost, type Failure } from '../failure.ts'
import { HttpExchange, type HttpPlan } from './http-exchange.ts'
import { readAnyMessage, type LegacyMessage } from './message.ts'
import { streamHeaders } from './request.ts'

/** Who made one request in the session. */
export type Member = {
  readonly takesRequests: boolean
  message(message: LegacyMessage, bytes: number): void
  streamOver(failure: Failure): void
}

/** Who hears of what belongs to no request. */
export type Bystander = {
  readonly message: (message: LegacyMessage) => void
  readonly over?: (failure: Failure) => void
}

/** Why there is none, and the status of the answer that was no stream. */
export type NoStream = Failure & { readonly status: number | undefined }

/** A whole answer is one event here, and mostly one line. */
const EVENT_BYTES = 1_048_576
const EVENTS = {
  names: ['message', 'endpoint'],
  limits: { lineBytes: EVENT_BYTES, eventBytes: EVENT_BYTES },
}
const ENDPOINT_BYTES = 2_048

/** Never rejects. */
export function openStream(
  plan: HttpPlan,
  headers: readonly string[],
  connectionKey: string | undefined,
  signal: AbortSignal | undefined,
): Promise<MessageStream | NoStream> {
  return new Promise((resolve) => {
    const settle = (opened: MessageStream | Failure): void => {
      stopDeadline()
      signal?.removeEventListener('abort', give)
      resolve('refusal' in opened ? { ...opened, status: stream.status } : opened)
    }
    const give = (): void => stream.close(connectionLost('no answer in time'))
    const late = (): void => {
      const reason = `no endpoint event within ${plan.timeouts.firstByteMs} ms`
      stream.close({ class: 'timeout', refusal: refuse('call.target_timeout', { reason }) })
    }
    const stream = new MessageStream(plan, settle)
    const stopDeadline = plan.deadlines.start(plan.timeouts.firstByteMs, late)
    signal?.addEventListener('abort', give)
    if (signal?.aborted === true) give()
    else stream.start(headers, connectionKey)
  })
}

export class MessageStream {
  readonly #plan: HttpPlan
  readonly #http: HttpExchange
  readonly #members = new Map<JsonValue | undefined, Member>()
  #opened: ((opened: MessageStream | Failure) => void) | undefined
  #bystander: Bystander | undefined
  #path = ''
  #over = false
  #paused = 0
  #strayBytes = 0

  constructor(plan: HttpPlan, opened: (opened: MessageStream | Failure) => void) {
    this.#plan = plan
    this.#opened = opened
    this.#http = new HttpExchange(
      // Nothing may come for days, and then much: each event is bounded, their sum is not.
      { ...plan, resultBytes: Number.POSITIVE_INFINITY, room: undefined },
      {
        events: EVENTS,
        event: (data, name) => this.#event(data, name),
        body: () => this.#end(broken('it does not answer GET with a stream')),
        ended: () => this.#end(connectionLost('the stream of the session ended')),
        failed: (failure) => this.#end(failure),
      },
    )
  }

  start(headers: readonly string[], connectionKey: string | undefined): void {
    this.#http.hold()
    this.#http.start({
      method: 'GET',
      headers: streamHeaders(headers),
      body: null,
      connectionKey,
    })
  }

  /** Where messages are posted. */
  get path(): string {
    return this.#path
  }

  get over(): boolean {
    return this.#over
  }

  /** That came so far. */
  get bytes(): number {
    return this.#http.bytes
  }

  get status(): number | undefined {
    return this.#http.status
  }

  /** False: the stream is over. */
  join(id: string, member: Member): boolean {
    if (!this.#over) this.#members.set(id, member)
    return !this.#over
  }

  leave(id: string, member: Member): void {
    if (this.#members.get(id) === member) this.#members.delete(id)
  }

  standBy(bystander: Bystander): void {
    this.#bystander = bystander
  }

  pause(): void {
    this.#paused += 1
    if (this.#paused === 1) this.#http.pause()
  }

  resume(): void {
    this.#paused -= 1
    if (this.#paused === 0) this.#http.resume()
  }

  close(why: Failure = connectionLost('the session was ended')): void {
    this.#http.close()
    this.#end(why)
  }

  #event(data: Buffer, name: string): boolean {
    if (this.#path === '') {
      const named = name === 'endpoint' ? endpointPath(data, this.#plan) : undefined
      if (named === undefined) this.close(broken('its stream begins with no endpoint event'))
      else if (!('path' in named)) this.close(broken(named.wrong))
      else {
        this.#path = named.path
        this.#settle(this)
      }
    } else if (name === 'endpoint') this.close(broken('it names a second endpoint'))
    else this.#route(readAnyMessage(data), data.length)
    return !this.#over
  }

  #route(message: LegacyMessage, bytes: number): void {
    const owners = this.#ownersOf(message)
    if (owners.length > 0) {
      this.#strayBytes = 0
      for (const owner of owners) owner.message(message, bytes)
      return
    }
    if (message.kind === 'broken' || message.kind === 'alien') {
      return this.close(broken(message.reason))
    }
    // Late answers to what was called off are among them: they are nobody's, and no harm.
    this.#strayBytes += bytes
    if (this.#strayBytes > this.#plan.resultBytes) {
      return this.close(broken('it sends too much that belongs to no request'))
    }
    this.#bystander?.message(message)
  }

  #ownersOf(message: LegacyMessage): readonly Member[] {
    switch (message.kind) {
      case 'result':
        return listOf(this.#members.get(message.id))
      case 'error':
        return message.id === null || message.id === undefined
          ? this.#onlyOne()
          : listOf(this.#members.get(message.id))
      case 'request':
        // It does not say to which call it belongs. Sessions in which anything may be asked have one call at a time.
        return this.#onlyOne().filter(({ takesRequests }) => takesRequests)
      case 'notification': {
        const { method, params } = message
        if (method === 'notifications/progress') {
          return listOf(this.#members.get(params['progressToken']))
        }
        // Log messages do not say it either; all calls of the session are those of one person at one client.
        const forAll = method === 'notifications/message' || method === 'notifications/cancelled'
        return forAll ? [...this.#members.values()] : []
      }
      case 'broken':
      case 'alien':
        return []
    }
  }

  #onlyOne(): readonly Member[] {
    return this.#members.size === 1 ? [...this.#members.values()] : []
  }

  #settle(opened: MessageStream | Failure): void {
    const settle = this.#opened
    this.#opened = undefined
    settle?.(opened)
  }

  #end(failure: Failure): void {
    if (this.#over) return
    this.#over = true
    this.#settle(failure)
    for (const member of this.#members.values()) member.streamOver(failure)
    this.#bystander?.over?.(failure)
  }
}

/** MUST (2024-11-05 clients, security): of the same origin. */
function endpointPath(
  data: Buffer,
  { origin, path }: HttpPlan,
): { readonly path: string } | { readonly wrong: string } {
  const text = data.toString('latin1')
  const url = VISIBLE.test(text) ? URL.parse(text, origin + path) : null
  if (url === null || data.length > ENDPOINT_BYTES) return { wrong: 'its endpoint is no URL' }
  if (url.origin !== origin || url.username !== '' || url.password !== '') {
    return { wrong: 'its endpoint is of another origin than its URL' }
  }
  return { path: url.pathname + url.search }
}

const VISIBLE = /^[\x21-\x7e]+$/

function listOf(member: Member | undefined): readonly Member[] {
  return member === undefined ? [] : [member]
}
