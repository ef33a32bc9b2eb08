// One call to a target of the old era: one POST whose stream may last for several requests of the client, because the
// target may ask the client for something in between (elicitation, sampling, roots). Each request of the client that
// belongs to it is a leg: between two legs the call is parked. The request id and the progress token are random, so
// that nothing of another call can be taken for this one's (attacks M-06, M-25).
import type { Permit } from '../../../authorize/permit.ts'
import { isJsonObject } from '../../../json/raw-number.ts'
import type { JsonObject, RpcId } from '../../../json/value.ts'
import { traceHeaders } from '../../../observe/trace-context.ts'
import { refuse } from '../../../refusal.ts'
import { randomId } from '../../../system/ids.ts'
import type { CallMethod } from '../../connector.ts'
import type { FinalOutcome, Outcome, OutcomeClass, OutcomeFacts } from '../../outcome.ts'
import { broken } from '../answer.ts'
import { createEventStream, type EventStream } from '../event-stream.ts'
import { statusRefusal, type Failure } from '../failure.ts'
import { translateError, translateResult, type Translated } from './answer.ts'
import { mayAsk } from './capabilities.ts'
import { HttpExchange, type HttpPlan } from './http-exchange.ts'
import { readMessage, type LegacyMessage } from './message.ts'
import { translateNotification } from './notification.ts'
import type { ParkedCalls } from './parked-calls.ts'
import { callBody } from './request.ts'
import type { LegacySession } from './session.ts'

/** One request of the client. */
export type Leg = {
  readonly id: RpcId
  readonly meta: JsonObject
  readonly signal: AbortSignal
}

export type CallParts = {
  readonly plan: HttpPlan
  readonly session: LegacySession
  readonly parked: ParkedCalls<LegacyCall>
  /** The session is no longer used by this call. */
  readonly over: () => void
}

/** `lost`: the target no longer knows the session, and has done nothing. */
export type LegOutcome = Outcome | 'lost'

type UnderWay = Leg & {
  readonly settle: (outcome: LegOutcome) => void
  readonly stopDeadline: () => void
  stream: EventStream | undefined
}
type AskedBack = { readonly id: RpcId; readonly method: string; readonly params: JsonObject }
type Answer = LegacyMessage & { readonly kind: 'result' | 'error' }

const MAX_ASKED = 16

export class LegacyCall {
  readonly #parts: CallParts
  readonly #permit: Permit
  readonly #method: CallMethod
  readonly #id = randomId()
  readonly #exchange: HttpExchange
  /** What the target waits for, by the key under which the client is asked. */
  readonly #asked = new Map<string, AskedBack>()
  #leg: UnderWay | undefined
  /** What came while nobody was there to hear it. */
  #kept: Answer | Failure | undefined
  #askSoon = false
  #over = false

  constructor(parts: CallParts, permit: Permit, method: CallMethod) {
    this.#parts = parts
    this.#permit = permit
    this.#method = method
    this.#exchange = new HttpExchange(parts.plan, {
      body: (bytes) => this.#body(bytes),
      event: (data) => this.#event(data),
      ended: () => this.#conclude(lost('the stream ended without a response')),
      failed: (failure) => this.#failed(failure),
    })
  }

  start(leg: Leg): Promise<LegOutcome> {
    return new Promise((settle) => {
      if (!this.#enter(leg, settle)) return
      const { headers, connectionKey } = this.#parts.session.channel
      const body = callBody(this.#id, this.#permit, this.#method, leg.meta)
      this.#exchange.start({
        method: 'POST',
        headers: [...headers, ...traceHeaders(leg.meta)],
        body,
        connectionKey,
      })
    })
  }

  /** The client is back: `responses` go to the target under the target's own ids. */
  resume(leg: Leg, responses: JsonObject): Promise<LegOutcome> {
    return new Promise((settle) => {
      this.#exchange.release()
      if (!this.#enter(leg, settle)) return
      if (this.#kept !== undefined) return this.#conclude(this.#kept)
      for (const [key, { id }] of this.#asked) {
        const response = responses[key]
        if (!isJsonObject(response)) continue
        this.#asked.delete(key)
        void this.#parts.session.respond(id, response).then((failure) => {
          if (failure === undefined || this.#over) return
          this.#exchange.close()
          this.#conclude(lost('the answer did not reach the target'))
        })
      }
      if (this.#asked.size > 0) this.#askClient()
    })
  }

  /** Nobody comes back: the target is told, and answers nobody. */
  giveUp(): void {
    if (this.#over) return
    this.#finish()
    if (this.#kept === undefined) this.#callOff('nobody came back with an answer')
  }

  #enter(leg: Leg, settle: (outcome: LegOutcome) => void): boolean {
    const { plan } = this.#parts
    const stopDeadline = plan.deadlines.start(plan.timeouts.totalMs, this.#onExpiry)
    this.#leg = { ...leg, settle, stopDeadline, stream: undefined }
    leg.signal.addEventListener('abort', this.#onAbort)
    if (leg.signal.aborted) this.#onAbort()
    return !leg.signal.aborted
  }

  /** A whole body of application/json. */
  #body(bytes: Buffer): void {
    const status = this.#exchange.status ?? 0
    const message = readMessage(bytes, this.#id)
    switch (message.kind) {
      case 'error':
        return this.#saysLost(message.error) ? this.#sessionLost() : this.#conclude(message)
      case 'result':
        return this.#conclude(status === 200 ? message : statusRefusal(status))
      case 'broken':
      case 'alien':
        return this.#conclude(status === 200 ? broken(message.reason) : statusRefusal(status))
      case 'notification':
      case 'request':
        return this.#conclude(broken('the body is no response'))
    }
  }

  /** One event of the stream; false once there is nothing more to read. */
  #event(data: Buffer): boolean {
    const message = readMessage(data, this.#id)
    switch (message.kind) {
      case 'notification':
        this.#notified(message)
        return true
      case 'request':
        this.#askedBack(message)
        return true
      case 'result':
      case 'error':
        this.#conclude(message)
        return false
      case 'broken':
      case 'alien':
        this.#conclude(broken(message.reason))
        this.#exchange.close()
        return false
    }
  }

  #notified(message: LegacyMessage & { readonly kind: 'notification' }): void {
    if (message.method === 'notifications/cancelled') {
      const called = JSON.stringify(message.params['requestId'])
      for (const [key, { id }] of this.#asked) {
        if (JSON.stringify(id) === called) this.#asked.delete(key)
      }
      return
    }
    const leg = this.#leg
    const relayed = leg && translateNotification(message, this.#id, leg.meta)
    if (leg === undefined || relayed === undefined) return
    if (leg.stream === undefined) {
      leg.stream = createEventStream({
        pause: () => this.#exchange.pause(),
        resume: () => this.#exchange.resume(),
        abandoned: () => {
          if (this.#leg === leg) this.#onAbort()
        },
      })
      leg.settle(leg.stream.outcome)
    }
    leg.stream.push(relayed)
  }

  #askedBack({ id, method, params }: AskedBack): void {
    const { session } = this.#parts
    if (method === 'ping') return void session.respond(id, {})
    const allowed = mayAsk(session.capabilities, method, params) && this.#asked.size < MAX_ASKED
    if (!allowed) return void session.decline(id)
    this.#asked.set(randomId(), { id, method, params })
    if (this.#askSoon || this.#leg === undefined) return
    // What stands in the same piece of the stream is asked together.
    this.#askSoon = true
    queueMicrotask(() => {
      this.#askSoon = false
      if (this.#leg !== undefined && this.#asked.size > 0) this.#askClient()
    })
  }

  #askClient(): void {
    const state = this.#parts.parked.park(this, this.#permit)
    if (state === undefined) {
      const reason = 'too many calls wait for an answer'
      this.#callOff(reason)
      return this.#conclude({
        class: 'cancelled',
        refusal: refuse('call.cancelled', { reason }),
      })
    }
    const requests: Record<string, JsonObject> = {}
    for (const [key, { method, params }] of this.#asked) requests[key] = { method, params }
    this.#exchange.hold()
    const facts = this.#facts('input_required', undefined)
    this.#leave({ kind: 'input', requests, state, facts })
  }

  #failed(failure: Failure): void {
    if (this.#exchange.status === 404 && this.#parts.session.named) this.#sessionLost()
    else this.#conclude(failure)
  }

  /** Not all targets answer 404, as they MUST, when they have lost a session. */
  #saysLost({ message }: JsonObject): boolean {
    const { status } = this.#exchange
    if (!this.#parts.session.named || (status !== 404 && status !== 400)) return false
    return status === 404 || (typeof message === 'string' && SAYS_LOST.test(message))
  }

  #sessionLost(): void {
    this.#parts.session.lost = true
    this.#finish()
    const leg = this.#detach()
    leg?.settle('lost')
  }

  /** The call is over at the target. */
  #conclude(answer: Answer | Failure): void {
    if (this.#over) return
    const leg = this.#leg
    if (leg === undefined) {
      this.#kept = answer
      return
    }
    this.#finish()
    this.#leave(this.#finalOf(answer, leg.id))
  }

  #finalOf(answer: Answer | Failure, id: RpcId): FinalOutcome {
    if ('refusal' in answer) return this.#refused(answer)
    const translated: Translated =
      answer.kind === 'result'
        ? translateResult(answer.result, id, this.#method)
        : translateError(answer.error, id)
    switch (translated.kind) {
      case 'response': {
        const { body } = translated
        return { kind: 'result', body, facts: this.#facts(translated.class, body) }
      }
      case 'input': {
        const facts = this.#facts('input_required', undefined)
        return { kind: 'input', requests: translated.requests, state: undefined, facts }
      }
      case 'failed':
        return this.#refused(translated.failure)
    }
  }

  #refused({ class: outcome, refusal }: Failure): FinalOutcome {
    return { kind: 'refused', refusal, facts: this.#facts(outcome, undefined) }
  }

  /** Ends the leg: the client's request is answered. */
  #leave(final: FinalOutcome): void {
    const leg = this.#detach()
    if (leg?.stream === undefined) leg?.settle(final)
    else leg.stream.end(final)
  }

  #detach(): UnderWay | undefined {
    const leg = this.#leg
    this.#leg = undefined
    leg?.stopDeadline()
    leg?.signal.removeEventListener('abort', this.#onAbort)
    return leg
  }

  readonly #onAbort = (): void => {
    const reason = 'the client went away, or a drain'
    this.#stop({ class: 'cancelled', refusal: refuse('call.cancelled', { reason }) }, reason)
  }

  readonly #onExpiry = (): void => {
    const reason = `no complete answer within ${this.#parts.plan.timeouts.totalMs} ms`
    this.#stop({ class: 'timeout', refusal: refuse('call.target_timeout', { reason }) }, reason)
  }

  #stop(failure: Failure, reason: string): void {
    if (this.#over) return
    this.#callOff(reason)
    this.#conclude(failure)
  }

  /** In the old era a closed stream does not cancel (basic/utilities/cancellation): the target is told. */
  #callOff(reason: string): void {
    const { session } = this.#parts
    for (const { id, method } of this.#asked.values()) {
      if (method === 'elicitation/create') void session.respond(id, { action: 'cancel' })
      else void session.decline(id)
    }
    this.#asked.clear()
    const sent = this.#exchange.started
    this.#exchange.close()
    if (sent) void session.notify('notifications/cancelled', { requestId: this.#id, reason })
  }

  #finish(): void {
    this.#over = true
    this.#parts.over()
  }

  #facts(outcome: OutcomeClass, result: Buffer | undefined): OutcomeFacts {
    const { status, bytes, targetRequestId } = this.#exchange
    return { class: outcome, status, resultBytes: bytes, result, targetRequestId }
  }
}

const SAYS_LOST = /session|initiali[sz]ed/i

function lost(reason: string): Failure {
  return { class: 'unclear', refusal: refuse('call.connection_lost', { reason }) }
}
