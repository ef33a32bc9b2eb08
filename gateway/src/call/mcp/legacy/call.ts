// One call to a target of the old era: one POST whose stream may last for several requests of the client, because the
// target may ask the client for something in between (elicitation, sampling, roots). Each request of the client that
// belongs to it is a leg: between two legs the call is parked. The request id and the progress token are random, so
// that nothing of another call can be taken for this one's (attacks M-06, M-25). What carries the messages is
// exchange.ts's, what the target asks questions.ts's.
import type { Permit } from '../../../authorize/permit.ts'
import type { JsonObject } from '../../../json/value.ts'
import { traceHeaders } from '../../../observe/trace-context.ts'
import { refuse } from '../../../refusal.ts'
import type { CallMethod } from '../../connector.ts'
import type { FinalOutcome, OutcomeFacts } from '../../outcome.ts'
import { broken } from '../answer.ts'
import { connectionLost, statusRefusal, type Failure } from '../failure.ts'
import { finalOf, type Answer, type ExchangeFacts } from './answer.ts'
import { openExchange } from './channel.ts'
import type { Exchange } from './exchange.ts'
import type { HttpPlan } from './http-exchange.ts'
import { LegUnderWay, type Leg, type LegOutcome } from './leg.ts'
import type { LegacyMessage } from './message.ts'
import { translateNotification } from './notification.ts'
import type { ParkedCalls } from './parked-calls.ts'
import { Questions } from './questions.ts'
import { callBody } from './request.ts'
import type { LegacySession } from './session.ts'

export type CallParts = {
  readonly plan: HttpPlan
  readonly session: LegacySession
  readonly parked: ParkedCalls<LegacyCall>
  /** The session is no longer used by this call. */
  readonly over: () => void
  /** Of the request at the target: random. */
  readonly id: string
}

export class LegacyCall {
  readonly #parts: CallParts
  readonly #permit: Permit
  readonly #method: CallMethod
  readonly #id: string
  readonly #exchange: Exchange
  readonly #questions: Questions
  #leg: LegUnderWay | undefined
  /** What came while nobody was there to hear it. */
  #kept: Answer | Failure | undefined
  #over = false

  constructor(parts: CallParts, permit: Permit, method: CallMethod) {
    this.#parts = parts
    this.#permit = permit
    this.#method = method
    this.#id = parts.id
    this.#questions = new Questions(parts.session, () => {
      if (this.#leg !== undefined) this.#askClient()
    })
    this.#exchange = openExchange(parts.plan, parts.session.channel, parts.id, {
      takesRequests: true,
      whole: (message) => this.#whole(message),
      message: (message) => this.#message(message),
      ended: () => this.#conclude(connectionLost('the stream ended without a response')),
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
      this.#questions.answer(responses, () => {
        if (this.#over) return
        this.#exchange.close()
        this.#conclude(connectionLost('the answer did not reach the target'))
      })
      if (this.#questions.open) this.#askClient()
    })
  }

  /** Nobody comes back: the target is told, and answers nobody. */
  giveUp(): void {
    if (this.#over) return
    this.#finish()
    if (this.#kept === undefined) this.#callOff('nobody came back with an answer')
  }

  #enter(leg: Leg, settle: (outcome: LegOutcome) => void): boolean {
    const ways = { left: () => this.#clientLeft(), expired: () => this.#expired() }
    this.#leg = new LegUnderWay(leg, this.#parts.plan, ways, settle)
    if (leg.signal.aborted) this.#clientLeft()
    return !leg.signal.aborted
  }

  /** A whole body of application/json. */
  #whole(message: LegacyMessage): void {
    const status = this.#exchange.status ?? 0
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

  /** One of a stream; false once there is nothing more to read. */
  #message(message: LegacyMessage): boolean {
    switch (message.kind) {
      case 'notification':
        this.#notified(message)
        return true
      case 'request':
        this.#questions.take(message)
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
      return this.#questions.takenBack(message.params)
    }
    const leg = this.#leg
    const relayed = leg && translateNotification(message, this.#id, leg.meta)
    if (relayed !== undefined) leg?.relay(relayed, this.#exchange)
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
    this.#exchange.hold()
    const facts: OutcomeFacts = { ...this.#facts(), class: 'input_required', result: undefined }
    this.#leave({ kind: 'input', requests: this.#questions.requests(), state, facts })
  }

  #failed(failure: Failure): void {
    const { session } = this.#parts
    const unsent = session.lost && !this.#exchange.started
    const unknown = session.named && this.#exchange.status === 404
    if (unsent || unknown) return this.#sessionLost()
    if (failure.class === 'timeout') this.#callOff('no answer in time')
    this.#conclude(failure)
  }

  /** Not all targets answer 404, as they MUST, when they have lost a session. */
  #saysLost({ message }: JsonObject): boolean {
    const { status } = this.#exchange
    if (!this.#parts.session.named || (status !== 404 && status !== 400)) return false
    return status === 404 || (typeof message === 'string' && SAYS_LOST.test(message))
  }

  #sessionLost(): void {
    this.#parts.session.lost = true
    if (this.#leg?.streaming === true) return this.#conclude(connectionLost('the session is lost'))
    this.#finish()
    this.#leave('lost')
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
    this.#leave(finalOf(answer, leg.id, this.#method, this.#facts()))
  }

  /** The client's request is answered. */
  #leave(outcome: FinalOutcome | 'lost'): void {
    const leg = this.#leg
    this.#leg = undefined
    leg?.end(outcome)
  }

  #clientLeft(): void {
    const reason = 'the client went away, or a drain'
    this.#stop({ class: 'cancelled', refusal: refuse('call.cancelled', { reason }) }, reason)
  }

  #expired(): void {
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
    this.#questions.giveUp()
    const sent = this.#exchange.started
    this.#exchange.close()
    if (sent)
      void this.#parts.session.notify('notifications/cancelled', { requestId: this.#id, reason })
  }

  #finish(): void {
    this.#over = true
    this.#parts.over()
  }

  #facts(): ExchangeFacts {
    const { status, bytes, targetRequestId } = this.#exchange
    return { status, resultBytes: bytes, targetRequestId }
  }
}

const SAYS_LOST = /session|initiali[sz]ed/i
