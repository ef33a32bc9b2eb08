// One session with a target of the old era (MCP 2025-11-25, lifecycle): opened by `initialize`, confirmed by
// `notifications/initialized`, named by `Mcp-Session-Id` where the target wants one, ended by DELETE; or, of a target
// that speaks HTTP with SSE (2024-11-05), as long as its stream. What is said in it beside calls (answers to the target,
// cancellations, the log level) goes from here.
import { isJsonObject } from '../../../json/raw-number.ts'
import type { JsonObject, JsonValue, RpcId } from '../../../json/value.ts'
import { refuse } from '../../../refusal.ts'
import type { Failure } from '../failure.ts'
import { ask, tell, type Asked } from './ask.ts'
import type { Channel } from './channel.ts'
import type { HttpPlan } from './http-exchange.ts'
import { moreVerbose } from './log-level.ts'
import type { LegacyMessage } from './message.ts'

/** Newest first. */
const REVISIONS: readonly unknown[] = ['2025-11-25', '2025-06-18', '2025-03-26']
/** Its transport is the one with a stream for the session. */
const OF_STREAMS = '2024-11-05'
const CLIENT_INFO = { name: 'sallyport', version: '1' }
const SESSION_ID = /^[\x21-\x7e]{1,1024}$/
const END_MS = 1_000
/** Answers to what is asked beside all calls, under way at once. */
const MAX_ANSWERING = 16

export class LegacySession {
  readonly plan: HttpPlan
  readonly channel: Channel
  /** What was declared to the target. */
  readonly capabilities: JsonObject
  readonly revision: string
  readonly serverCapabilities: JsonObject
  readonly #id: string | undefined
  #level: string | undefined
  #lost = false
  #answering = 0
  /** Calls under way in it. */
  calls = 0
  lastUsedMs = 0

  constructor(plan: HttpPlan, channel: Channel, capabilities: JsonObject, opened: Opened) {
    this.plan = plan
    this.channel = channel
    this.capabilities = capabilities
    this.revision = opened.revision
    this.serverCapabilities = opened.serverCapabilities
    this.#id = opened.id
    channel.stream?.standBy({ message: (message) => this.#beside(message) })
  }

  /** The target gave it a name, or holds its stream: it may lose it. */
  get named(): boolean {
    return this.#id !== undefined || this.channel.stream !== undefined
  }

  /** The target no longer knows it. */
  get lost(): boolean {
    return this.#lost || this.channel.stream?.over === true
  }

  set lost(lost: boolean) {
    this.#lost = lost
  }

  /** One call at a time: on the stream of a session nothing says to which call it belongs what a target asks. */
  get exclusive(): boolean {
    return this.channel.stream !== undefined && Object.keys(this.capabilities).length > 0
  }

  /** A request of the gateway's own. */
  ask(method: string, params: JsonObject, signal?: AbortSignal): Promise<Asked> {
    return ask(this.plan, this.channel, method, params, signal)
  }

  /** Settles with what went wrong, if anything. */
  notify(method: string, params: JsonObject): Promise<Failure | undefined> {
    return tell(this.plan, this.channel, { jsonrpc: '2.0', method, params })
  }

  /** Answers what the target asked, under its own id. */
  respond(id: RpcId, result: JsonValue): Promise<Failure | undefined> {
    return tell(this.plan, this.channel, { jsonrpc: '2.0', id, result })
  }

  /** Says no to what the target asked: nobody declared that it may. */
  decline(id: RpcId): Promise<Failure | undefined> {
    const error = { code: -32601, message: 'the client did not declare this capability' }
    return tell(this.plan, this.channel, { jsonrpc: '2.0', id, error })
  }

  /** Whether `logging/setLevel` has to be sent before a call that asks for this level. */
  needsLevel(level: string): boolean {
    return (
      isJsonObject(this.serverCapabilities['logging']) &&
      (this.#level === undefined || moreVerbose(level, this.#level))
    )
  }

  /** What is more than a call asked for is left out on its way back, so that calls side by side do not disturb. */
  async logAt(level: string): Promise<void> {
    this.#level = level
    const asked = await this.ask('logging/setLevel', { level })
    if (asked.kind !== 'result') this.#level = undefined
  }

  async end(): Promise<void> {
    const { stream } = this.channel
    if (stream !== undefined) return stream.close()
    if (this.#id === undefined || this.lost) return
    this.lost = true
    await tell(this.plan, this.channel, 'end', END_MS)
  }

  /** What a target says on the stream of a session, and in no call. */
  #beside(message: LegacyMessage): void {
    if (message.kind !== 'request' || this.#answering >= MAX_ANSWERING) return
    const { id, method } = message
    this.#answering += 1
    const answered = method === 'ping' ? this.respond(id, {}) : this.decline(id)
    void answered.then(() => (this.#answering -= 1))
  }
}

type Opened = {
  readonly revision: string
  readonly serverCapabilities: JsonObject
  readonly id: string | undefined
}

/** Why there is none, and the status with which `initialize` was answered. */
export type NoSession = Failure & { readonly status: number | undefined }

/** Settles with a session, or with why there is none; nothing was called then. `first` is how `initialize` is sent. */
export async function openSession(
  plan: HttpPlan,
  first: Channel,
  capabilities: JsonObject,
  signal?: AbortSignal,
): Promise<LegacySession | NoSession> {
  const asked = { protocolVersion: REVISIONS[0] as string, capabilities, clientInfo: CLIENT_INFO }
  const answered = await ask(plan, first, 'initialize', asked, signal)
  if (answered.kind === 'failed') return none(answered.failure, answered.status)
  if (answered.kind === 'error') {
    return none(unfit('it answers initialize with an error'), answered.status)
  }
  const opened = readOpened(answered.result, answered.sessionId, first.stream !== undefined)
  if (typeof opened === 'string') return none(unfit(opened), 200)
  const named = opened.id === undefined ? [] : ['mcp-session-id', opened.id]
  const headers = [...first.headers, 'mcp-protocol-version', opened.revision, ...named]
  const session = new LegacySession(plan, { ...first, headers }, capabilities, opened)
  const untold = await session.notify('notifications/initialized', {})
  return untold === undefined ? session : none(untold, 200)
}

function readOpened(
  result: JsonObject,
  id: string | undefined,
  streamed: boolean,
): Opened | string {
  const { protocolVersion: revision, capabilities } = result
  const known = REVISIONS.includes(revision) || (streamed && revision === OF_STREAMS)
  if (typeof revision !== 'string' || !known) {
    return 'it answers initialize with a revision that is not known here'
  }
  if (id !== undefined && !SESSION_ID.test(id)) return 'it names its session in a malformed way'
  return { revision, id, serverCapabilities: isJsonObject(capabilities) ? capabilities : {} }
}

function none({ refusal }: Failure, status: number | undefined): NoSession {
  return { class: 'refused_by_target', refusal, status }
}

function unfit(reason: string): Failure {
  return { class: 'refused_by_target', refusal: refuse('call.target_invalid', { reason }) }
}
