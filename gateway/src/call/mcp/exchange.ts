// One POST to a target of the modern era and the one outcome that it has (MCP 2026-07-28, transports/
// streamable-http): JSON buffered up to a cap, or server-sent events checked one by one. Redirects are not
// followed, compressed or foreign media types are not read, and nothing of the target's head but the status
// and a request id goes further. What a message says is judged in answer.ts, what broke in failure.ts.
import type { JsonObject, RpcId } from '../../json/value.ts'
import type { Deadlines } from '../../net/deadlines.ts'
import type { UpstreamController, UpstreamHandler, UpstreamHeaders } from '../../net/pools.ts'
import type { UpstreamPool } from '../../net/pools.ts'
import { refuse } from '../../refusal.ts'
import type { Refusal } from '../../refusal.ts'
import type { Room } from '../large-answers.ts'
import type { FinalOutcome, Outcome, OutcomeClass, OutcomeFacts } from '../outcome.ts'
import { broken, judgeMessage } from './answer.ts'
import type { Verdict } from './answer.ts'
import { createEventStream } from './event-stream.ts'
import type { EventStream } from './event-stream.ts'
import { failureOf, headRefusal, mediaTypeOf, statusRefusal, tooLarge } from './failure.ts'
import type { Failure } from './failure.ts'
import { passesToClient } from './notification.ts'
import type { TargetRequest } from './request.ts'
import { createSseParser } from './sse-parser.ts'
import type { SseParser } from './sse-parser.ts'

export type ExchangePlan = {
  readonly pool: UpstreamPool
  readonly deadlines: Deadlines
  readonly path: string
  readonly connectionKey: string | undefined
  readonly timeouts: {
    readonly firstByteMs: number
    readonly idleMs: number
    readonly totalMs: number
  }
  readonly resultBytes: number
  /** Of this very call. */
  readonly room?: Room | undefined
  /** A code of the target's that is our fault (a mirrored header, the version). */
  readonly alert: (code: number) => void
}

/** Never rejects. `meta` is what was sent: notifications are relayed as far as it asked for them. */
export function exchange(
  plan: ExchangePlan,
  request: TargetRequest,
  id: RpcId,
  meta: JsonObject,
  signal: AbortSignal,
): Promise<Outcome> {
  return new Promise((resolve) => {
    new Exchange(plan, id, meta, signal, resolve).start(request)
  })
}

// What is left of an answer after its outcome is known is read this far, so that the connection can be kept.
const LEFTOVER_BYTES = 65_536
const LEFTOVER_MS = 1_000
const MAX_REQUEST_ID = /^[\x21-\x7e]{1,128}$/
const LINE_BREAKS = /[\r\n]+/g

class Exchange implements UpstreamHandler {
  readonly #plan: ExchangePlan
  readonly #id: RpcId
  readonly #meta: JsonObject
  readonly #signal: AbortSignal
  readonly #settle: (outcome: Outcome) => void
  readonly #onAbort = (): void => this.#cancel()
  #controller: UpstreamController | undefined
  #stopDeadline: (() => void) | undefined
  #stream: EventStream | undefined
  #parser: SseParser | undefined
  /** True once the outcome, or the end of its stream, is known. */
  #over = false
  #status: number | undefined
  #targetRequestId: string | undefined
  #bytes = 0
  #leftover = 0
  #chunks: Buffer[] = []

  constructor(
    plan: ExchangePlan,
    id: RpcId,
    meta: JsonObject,
    signal: AbortSignal,
    settle: (outcome: Outcome) => void,
  ) {
    this.#plan = plan
    this.#id = id
    this.#meta = meta
    this.#signal = signal
    this.#settle = settle
  }

  start(request: TargetRequest): void {
    if (this.#signal.aborted) return this.#cancel()
    const { pool, deadlines, path, connectionKey, timeouts } = this.#plan
    this.#signal.addEventListener('abort', this.#onAbort)
    this.#stopDeadline = deadlines.start(timeouts.totalMs, () => this.#expire())
    pool.dispatch(
      {
        path,
        method: 'POST',
        headers: request.headers,
        body: request.body,
        headersTimeout: timeouts.firstByteMs,
        bodyTimeout: timeouts.idleMs,
      },
      this,
      connectionKey,
    )
  }

  onRequestStart(controller: UpstreamController): void {
    // INVARIANT: from here on bytes may have been sent; a call that is over by now is not sent at all.
    if (this.#over) return controller.abort(new Error('the call is over'))
    this.#controller = controller
  }

  onResponseStart(controller: UpstreamController, status: number, headers: UpstreamHeaders): void {
    if (status < 200 || this.#over) return
    this.#status = status
    const requestId = headers['x-request-id']
    if (typeof requestId === 'string' && MAX_REQUEST_ID.test(requestId)) {
      this.#targetRequestId = requestId
    }
    const failure = headRefusal(status, headers, this.#plan.resultBytes)
    if (failure !== undefined) {
      this.#fail(failure)
      // MUST NOT follow a redirect or read what was not asked for: the connection goes with it.
      controller.abort(new Error('the answer is not read'))
    } else if (mediaTypeOf(headers) === 'text/event-stream') {
      this.#parser = createSseParser((data) => this.#event(data))
    }
  }

  onResponseData(controller: UpstreamController, chunk: Buffer): void {
    if (this.#over) {
      this.#leftover += chunk.length
      if (this.#leftover > LEFTOVER_BYTES) controller.abort(new Error('the answer is over'))
      return
    }
    this.#bytes += chunk.length
    if (this.#bytes > this.#plan.resultBytes) return this.#breakOff(tooLarge('the answer'))
    if (this.#parser === undefined) {
      this.#chunks.push(chunk)
      this.#plan.room?.grow(this.#bytes, controller)
      return
    }
    const limit = this.#parser.push(chunk)
    if (limit !== undefined && !this.#over) {
      this.#breakOff(tooLarge(limit === 'line_too_long' ? 'a line' : 'an event'))
    }
  }

  onResponseEnd(): void {
    if (this.#over) return
    if (this.#parser !== undefined) {
      return this.#fail({
        class: 'unclear',
        refusal: refuse('call.connection_lost', { reason: 'the stream ended without a response' }),
      })
    }
    const only = this.#chunks.length === 1 ? this.#chunks[0] : undefined
    this.#answer(only ?? Buffer.concat(this.#chunks, this.#bytes))
  }

  onResponseError(_controller: UpstreamController | null, error: Error): void {
    if (!this.#over) this.#fail(failureOf(error, this.#controller !== undefined))
  }

  /** A whole body of application/json. */
  #answer(body: Buffer): void {
    const verdict = judgeMessage(body, this.#id)
    const status = this.#status ?? 0
    const success = status === 200
    if (verdict.kind === 'response' && (success || verdict.class === 'refused_by_target')) {
      return this.#respond(verdict.class, verdict.body, verdict.alert)
    }
    if (verdict.kind === 'refused' && verdict.class === 'refused_by_target') {
      return this.#fail(verdict)
    }
    if (!success) return this.#fail(statusRefusal(status))
    if (verdict.kind === 'input') return this.#ask(verdict)
    if (verdict.kind === 'refused') return this.#fail(verdict)
    const reason = verdict.kind === 'alien' ? verdict.reason : 'the body is no response'
    this.#fail(broken(reason))
  }

  /** One event of a stream; false once there is nothing more to read. */
  #event(data: Buffer): boolean {
    const verdict = judgeMessage(data, this.#id)
    switch (verdict.kind) {
      case 'notification':
        if (passesToClient(verdict.message, this.#meta)) this.#relay(oneLine(data))
        return true
      case 'response':
        this.#respond(verdict.class, oneLine(verdict.body), verdict.alert)
        this.#discardRest()
        return false
      case 'input':
        this.#ask(verdict)
        this.#discardRest()
        return false
      case 'refused':
      case 'alien':
        this.#breakOff(verdict.kind === 'alien' ? broken(verdict.reason) : verdict)
        return false
      default:
        return verdict satisfies never
    }
  }

  #relay(message: Buffer): void {
    if (this.#stream === undefined) {
      this.#stream = createEventStream({
        pause: () => this.#controller?.pause(),
        resume: () => this.#controller?.resume(),
        abandoned: () => this.#cancel(),
      })
      this.#settle(this.#stream.outcome)
    }
    this.#stream.push(message)
  }

  #respond(outcome: OutcomeClass, body: Buffer, alert: number | undefined): void {
    if (alert !== undefined) this.#plan.alert(alert)
    this.#end({ kind: 'result', body, facts: this.#facts(outcome, body) })
  }

  #ask({ requests, state }: Verdict & { readonly kind: 'input' }): void {
    const facts = this.#facts('input_required', undefined)
    this.#end({ kind: 'input', requests, state, facts })
  }

  #fail({ class: outcome, refusal }: Failure): void {
    this.#end({ kind: 'refused', refusal, facts: this.#facts(outcome, undefined) })
  }

  #end(final: FinalOutcome): void {
    this.#finish()
    if (this.#stream === undefined) this.#settle(final)
    else this.#stream.end(final)
  }

  #breakOff(failure: Failure): void {
    this.#fail(failure)
    this.#controller?.abort(new Error('the answer is not read further'))
  }

  // F-27: destroying the request is how the modern era cancels.
  #cancel(): void {
    if (this.#over) return
    const refusal: Refusal = refuse('call.cancelled', {
      reason: 'the client went away, or a drain',
    })
    this.#breakOff({ class: 'cancelled', refusal })
  }

  #expire(): void {
    const { totalMs } = this.#plan.timeouts
    const reason = `no complete answer within ${totalMs} ms`
    this.#breakOff({ class: 'timeout', refusal: refuse('call.target_timeout', { reason }) })
  }

  #finish(): void {
    this.#over = true
    this.#chunks = []
    this.#stopDeadline?.()
    this.#signal.removeEventListener('abort', this.#onAbort)
  }

  #discardRest(): void {
    const controller = this.#controller
    this.#plan.deadlines.start(LEFTOVER_MS, () =>
      controller?.abort(new Error('the answer is over')),
    )
  }

  #facts(outcome: OutcomeClass, result: Buffer | undefined): OutcomeFacts {
    return {
      class: outcome,
      status: this.#status,
      resultBytes: this.#bytes,
      result,
      targetRequestId: this.#targetRequestId,
    }
  }
}

/** Line breaks between JSON tokens would end an event; inside strings strict JSON has none. */
function oneLine(bytes: Buffer): Buffer {
  if (!bytes.includes(0x0a) && !bytes.includes(0x0d)) return bytes
  return Buffer.from(bytes.toString('utf8').replace(LINE_BREAKS, ' '), 'utf8')
}
