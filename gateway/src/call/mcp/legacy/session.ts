// One session with a target of the old era (MCP 2025-11-25, lifecycle): opened by `initialize`, confirmed by
// `notifications/initialized`, named by `Mcp-Session-Id` where the target wants one, ended by DELETE. What is said in
// it beside calls (answers to the target, cancellations, the log level) goes from here.
import type { Credential } from '../../../credential/credential.ts'
import { isJsonObject } from '../../../json/raw-number.ts'
import type { JsonObject, JsonValue, RpcId } from '../../../json/value.ts'
import { refuse } from '../../../refusal.ts'
import type { Failure } from '../failure.ts'
import { credentialHeaders, JSON_HEADERS } from '../request.ts'
import { ask, tell, type Asked, type Channel } from './ask.ts'
import type { HttpPlan } from './http-exchange.ts'
import { moreVerbose } from './log-level.ts'

/** Newest first. */
const REVISIONS: readonly unknown[] = ['2025-11-25', '2025-06-18', '2025-03-26']
const CLIENT_INFO = { name: 'sallyport', version: '1' }
const SESSION_ID = /^[\x21-\x7e]{1,1024}$/
const END_MS = 1_000

export class LegacySession {
  readonly #plan: HttpPlan
  readonly channel: Channel
  /** What was declared to the target. */
  readonly capabilities: JsonObject
  readonly revision: string
  readonly serverCapabilities: JsonObject
  readonly #id: string | undefined
  #level: string | undefined
  /** The target no longer knows it. */
  lost = false
  /** Calls under way in it. */
  calls = 0
  lastUsedMs = 0

  constructor(plan: HttpPlan, channel: Channel, capabilities: JsonObject, opened: Opened) {
    this.#plan = plan
    this.channel = channel
    this.capabilities = capabilities
    this.revision = opened.revision
    this.serverCapabilities = opened.serverCapabilities
    this.#id = opened.id
  }

  /** The target gave it a name: it may lose it. */
  get named(): boolean {
    return this.#id !== undefined
  }

  /** A request of the gateway's own. */
  ask(method: string, params: JsonObject, signal?: AbortSignal): Promise<Asked> {
    return ask(this.#plan, this.channel, method, params, signal)
  }

  /** Settles with what went wrong, if anything. */
  notify(method: string, params: JsonObject): Promise<Failure | undefined> {
    return tell(this.#plan, this.channel, { jsonrpc: '2.0', method, params })
  }

  /** Answers what the target asked, under its own id. */
  respond(id: RpcId, result: JsonValue): Promise<Failure | undefined> {
    return tell(this.#plan, this.channel, { jsonrpc: '2.0', id, result })
  }

  /** Says no to what the target asked: nobody declared that it may. */
  decline(id: RpcId): Promise<Failure | undefined> {
    const error = { code: -32601, message: 'the client did not declare this capability' }
    return tell(this.#plan, this.channel, { jsonrpc: '2.0', id, error })
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
    if (this.#id === undefined || this.lost) return
    this.lost = true
    await tell(this.#plan, this.channel, 'end', END_MS)
  }
}

type Opened = {
  readonly revision: string
  readonly serverCapabilities: JsonObject
  readonly id: string | undefined
}

/** Settles with a session, or with why there is none; nothing was called then. */
export async function openSession(
  plan: HttpPlan,
  credential: Credential,
  capabilities: JsonObject,
  signal?: AbortSignal,
): Promise<LegacySession | Failure> {
  const { connectionKey } = credential
  const head = [...JSON_HEADERS, ...credentialHeaders(credential)]
  const asked = { protocolVersion: REVISIONS[0] as string, capabilities, clientInfo: CLIENT_INFO }
  const first = { headers: head, connectionKey }
  const answered = await ask(plan, first, 'initialize', asked, signal)
  if (answered.kind === 'failed') return { ...answered.failure, class: 'refused_by_target' }
  if (answered.kind === 'error') return noSession(`it answers initialize with an error`)
  const opened = readOpened(answered.result, answered.sessionId)
  if (typeof opened === 'string') return noSession(opened)
  const named = opened.id === undefined ? [] : ['mcp-session-id', opened.id]
  const headers = [...head, 'mcp-protocol-version', opened.revision, ...named]
  const session = new LegacySession(plan, { headers, connectionKey }, capabilities, opened)
  const untold = await session.notify('notifications/initialized', {})
  return untold === undefined ? session : { ...untold, class: 'refused_by_target' }
}

function readOpened(result: JsonObject, id: string | undefined): Opened | string {
  const { protocolVersion: revision, capabilities } = result
  if (typeof revision !== 'string' || !REVISIONS.includes(revision)) {
    return 'it answers initialize with a revision that is not known here'
  }
  if (id !== undefined && !SESSION_ID.test(id)) return 'it names its session in a malformed way'
  return { revision, id, serverCapabilities: isJsonObject(capabilities) ? capabilities : {} }
}

function noSession(reason: string): Failure {
  return { class: 'refused_by_target', refusal: refuse('call.target_invalid', { reason }) }
}
