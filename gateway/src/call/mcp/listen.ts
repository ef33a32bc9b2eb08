// Listening to a target of the modern era (MCP 2026-07-28, `subscriptions/listen`): one POST whose answer is a stream that
// stays open. What comes on it is checked like any other message, and nothing passes but what was asked for: the kinds
// by name, updates of the URIs that were given, each with the id of this very subscription.
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import type { UpstreamController, UpstreamHandler, UpstreamHeaders } from '../../net/pools.ts'
import { randomId } from '../../system/ids.ts'
import type { Credential } from '../../credential/credential.ts'
import type { Connector, ListenFilter, TargetEvent } from '../connector.ts'
import { judgeMessage } from './answer.ts'
import type { ExchangePlan } from './exchange.ts'
import { headRefusal, mediaTypeOf } from './failure.ts'
import { ownRequest } from './request.ts'
import { createSseParser, type SseParser } from './sse-parser.ts'

type On = Parameters<NonNullable<Connector['listen']>>[2]

const REVISION = '2026-07-28'
const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId'
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged'
const META: JsonObject = {
  'io.modelcontextprotocol/protocolVersion': REVISION,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'sallyport', version: '1' },
}

export const LIST_CHANGED = {
  'notifications/tools/list_changed': 'toolsListChanged',
  'notifications/prompts/list_changed': 'promptsListChanged',
  'notifications/resources/list_changed': 'resourcesListChanged',
} as const
const UPDATED = 'notifications/resources/updated'

/** Never rejects: resolves with why nothing more comes. */
export function listenToTarget(
  plan: ExchangePlan,
  filter: ListenFilter,
  credential: Credential,
  on: On,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve) => {
    const id = randomId()
    const params = { notifications: filter as JsonObject, _meta: META }
    const request = ownRequest(id, 'subscriptions/listen', params, REVISION, credential)
    const listening = new Listening(id, filter, on, signal, resolve, plan.resultBytes)
    if (signal.aborted) return resolve('nobody listens any more')
    plan.pool.dispatch(
      {
        path: plan.path,
        method: 'POST',
        headers: request.headers,
        body: request.body,
        headersTimeout: plan.timeouts.firstByteMs,
        // It may have nothing to say for days; a connection that is gone is found by the kernel's probes.
        bodyTimeout: 0,
      },
      listening,
      credential.connectionKey,
    )
  })
}

class Listening implements UpstreamHandler {
  readonly #id: string
  readonly #filter: ListenFilter
  readonly #on: On
  readonly #signal: AbortSignal
  readonly #settle: (reason: string) => void
  readonly #mostBytes: number
  readonly #onAbort = (): void => this.#end('nobody listens any more')
  readonly #parser: SseParser = createSseParser((data) => this.#event(data))
  #controller: UpstreamController | undefined
  #opened = false
  #over = false

  constructor(
    id: string,
    filter: ListenFilter,
    on: On,
    signal: AbortSignal,
    settle: (reason: string) => void,
    mostBytes: number,
  ) {
    this.#id = id
    this.#filter = filter
    this.#on = on
    this.#signal = signal
    this.#settle = settle
    this.#mostBytes = mostBytes
    signal.addEventListener('abort', this.#onAbort)
  }

  onRequestStart(controller: UpstreamController): void {
    if (this.#over) return controller.abort(new Error('nobody listens any more'))
    this.#controller = controller
  }

  onResponseStart(_controller: UpstreamController, status: number, headers: UpstreamHeaders): void {
    if (status < 200 || this.#over) return
    const failure = headRefusal(status, headers, this.#mostBytes)
    if (failure !== undefined || mediaTypeOf(headers) !== 'text/event-stream') {
      this.#end(failure?.refusal.reason ?? 'the target does not answer with a stream')
    }
  }

  onResponseData(_controller: UpstreamController, chunk: Buffer): void {
    if (this.#over) return
    const limit = this.#parser.push(chunk)
    if (limit !== undefined) this.#end('a line or an event is too long')
  }

  onResponseEnd(): void {
    this.#end('the target ended the stream')
  }

  onResponseError(_controller: UpstreamController | null, error: Error): void {
    this.#end(error.message.slice(0, 256))
  }

  /** One event; false once there is nothing more to read. */
  #event(data: Buffer): boolean {
    const verdict = judgeMessage(data, this.#id)
    if (verdict.kind === 'notification') this.#notification(verdict.message)
    else if (verdict.kind === 'response') this.#end('the target ended the subscription')
    else this.#end(verdict.kind === 'alien' ? verdict.reason : 'the target broke the protocol')
    return !this.#over
  }

  #notification({ method, params }: JsonObject): void {
    const given = isJsonObject(params) ? params : {}
    const meta = isJsonObject(given['_meta']) ? given['_meta'] : {}
    // MUST (subscriptions/listen): each one carries the id of its subscription.
    if (meta[SUBSCRIPTION_ID] !== this.#id) return
    if (method === ACKNOWLEDGED) {
      if (this.#opened) return
      this.#opened = true
      return this.#on.opened(agreedTo(this.#filter, given['notifications']))
    }
    // MUST (subscriptions/listen): the acknowledgement comes first.
    if (!this.#opened) return this.#end('the target tells before it acknowledges')
    const event = eventOf(method, given['uri'], this.#filter)
    if (event !== undefined) this.#on.told(event)
  }

  #end(reason: string): void {
    if (this.#over) return
    this.#over = true
    this.#signal.removeEventListener('abort', this.#onAbort)
    this.#controller?.abort(new Error(reason))
    this.#settle(reason)
  }
}

/** The event that a notification stands for, where the filter asks for it. */
export function eventOf(
  method: JsonValue | undefined,
  uri: JsonValue | undefined,
  filter: ListenFilter,
): TargetEvent | undefined {
  if (method === UPDATED) {
    const asked = typeof uri === 'string' && filter.resourceSubscriptions?.includes(uri)
    return asked ? { kind: 'resourceUpdated', uri } : undefined
  }
  if (typeof method !== 'string' || !Object.hasOwn(LIST_CHANGED, method)) return undefined
  const kind = LIST_CHANGED[method as keyof typeof LIST_CHANGED]
  return filter[kind] === true ? { kind } : undefined
}

/** What of the filter the target agreed to, and nothing beside it. */
function agreedTo(filter: ListenFilter, agreed: JsonValue | undefined): ListenFilter {
  const said = isJsonObject(agreed) ? agreed : {}
  const uris = said['resourceSubscriptions']
  const known = new Set<JsonValue>(Array.isArray(uris) ? uris : [])
  return {
    ...kindsOf(filter, (kind) => said[kind] === true),
    resourceSubscriptions: (filter.resourceSubscriptions ?? []).filter((uri) => known.has(uri)),
  }
}

function kindsOf(
  filter: ListenFilter,
  agrees: (kind: 'toolsListChanged' | 'promptsListChanged' | 'resourcesListChanged') => boolean,
): ListenFilter {
  const kinds = Object.values(LIST_CHANGED).filter((kind) => filter[kind] === true && agrees(kind))
  return Object.fromEntries(kinds.map((kind) => [kind, true]))
}
