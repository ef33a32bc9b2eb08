// One HTTP exchange with a target of the old era (MCP 2025-11-25, basic/transports): a POST, GET or DELETE and its
// answer, as JSON or as server-sent events, bounded in bytes and time. Unlike in the modern era a stream may stand
// still for long while a person is asked, so the time between two pieces is counted here and can be held.
// What messages mean is its user's business.
import type { Deadlines } from '../../../net/deadlines.ts'
import type {
  UpstreamController,
  UpstreamHandler,
  UpstreamHeaders,
  UpstreamPool,
} from '../../../net/pools.ts'
import { refuse } from '../../../refusal.ts'
import type { Flow, Room } from '../../large-answers.ts'
import { failureOf, headRefusal, mediaTypeOf, tooLarge, type Failure } from '../failure.ts'
import { createSseParser, type SseLimits, type SseParser } from '../sse-parser.ts'

export type HttpPlan = {
  readonly pool: UpstreamPool
  readonly deadlines: Deadlines
  readonly path: string
  /** Of the target's URL. */
  readonly origin: string
  readonly timeouts: {
    readonly firstByteMs: number
    readonly idleMs: number
    readonly totalMs: number
  }
  /** Largest answer. */
  readonly resultBytes: number
  /** Of one call. */
  readonly room?: Room | undefined
}

export type HttpRequest = {
  readonly method: 'POST' | 'GET' | 'DELETE'
  readonly headers: string[]
  readonly body: Buffer | null
  readonly connectionKey: string | undefined
}

/** Who hears of it. After `failed`, `body` or `ended` nothing more is called; after `close` nothing at all. */
export type Hearer = {
  /** A whole answer that is no stream: JSON, or nothing. */
  readonly body: (bytes: Buffer) => void
  /** The data of one event, and its name; false once there is nothing more to read. */
  readonly event: (data: Buffer, name: string) => boolean
  /** The stream is over. */
  readonly ended: () => void
  readonly failed: (failure: Failure) => void
  readonly head?: (headers: UpstreamHeaders) => void
  /** Which events of a stream are heard, and how large they may be; absent: messages, as small as they are anywhere. */
  readonly events?: { readonly names: readonly string[]; readonly limits: SseLimits }
}

const LEFTOVER_BYTES = 65_536
const LEFTOVER_MS = 1_000
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/

export class HttpExchange implements UpstreamHandler {
  readonly #plan: HttpPlan
  readonly #hearer: Hearer
  #controller: UpstreamController | undefined
  #stopIdle: (() => void) | undefined
  #parser: SseParser | undefined
  #over = false
  #held = false
  #leftover = 0
  #chunks: Buffer[] = []
  /** Bytes of the answer so far. */
  bytes = 0
  status: number | undefined
  targetRequestId: string | undefined

  constructor(plan: HttpPlan, hearer: Hearer) {
    this.#plan = plan
    this.#hearer = hearer
  }

  start({ method, headers, body, connectionKey }: HttpRequest): void {
    const { pool, path, timeouts } = this.#plan
    const headersTimeout = timeouts.firstByteMs
    pool.dispatch(
      { path, method, headers, body, headersTimeout, bodyTimeout: 0 },
      this,
      connectionKey,
    )
  }

  /** Bytes may have been sent. */
  get started(): boolean {
    return this.#controller !== undefined
  }

  pause(): void {
    this.#controller?.pause()
  }

  resume(): void {
    this.#controller?.resume()
  }

  /** No piece is waited for until `release`: the target waits for us. */
  hold(): void {
    this.#held = true
    this.#stopIdle?.()
  }

  release(): void {
    this.#held = false
    if (this.#parser !== undefined) this.#waitForPiece()
  }

  /** Ends it, whatever state it is in, without a further word. */
  close(): void {
    this.#finish()
    this.#controller?.abort(new Error('the exchange is over'))
  }

  onRequestStart(controller: UpstreamController): void {
    // INVARIANT: from here on bytes may have been sent; what is over by now is not sent at all.
    if (this.#over) return controller.abort(new Error('the exchange is over'))
    this.#controller = controller
  }

  onResponseStart(controller: UpstreamController, status: number, headers: UpstreamHeaders): void {
    if (status < 200 || this.#over) return
    this.status = status
    const requestId = headers['x-request-id']
    if (typeof requestId === 'string' && REQUEST_ID.test(requestId)) {
      this.targetRequestId = requestId
    }
    // A notification, or an answer to the target, is accepted without a body.
    const accepted = status === 202 || status === 204
    const failure = accepted ? undefined : headRefusal(status, headers, this.#plan.resultBytes)
    if (failure !== undefined) {
      this.#fail(failure)
      controller.abort(new Error('the answer is not read'))
      return
    }
    this.#hearer.head?.(headers)
    if (!accepted && mediaTypeOf(headers) === 'text/event-stream') {
      const { events } = this.#hearer
      const hear = (data: Buffer, name: string): boolean => this.#event(data, name)
      this.#parser = createSseParser(hear, events?.limits, events?.names)
    }
    this.#waitForPiece()
  }

  onResponseData(controller: UpstreamController, chunk: Buffer): void {
    if (this.#over) {
      this.#leftover += chunk.length
      if (this.#leftover > LEFTOVER_BYTES) controller.abort(new Error('the answer is over'))
      return
    }
    this.#waitForPiece()
    this.bytes += chunk.length
    if (this.bytes > this.#plan.resultBytes) return this.#breakOff(tooLarge('the answer'))
    if (this.#parser === undefined) {
      this.#chunks.push(chunk)
      this.#plan.room?.grow(this.bytes, this.#flow(controller))
      return
    }
    const limit = this.#parser.push(chunk)
    if (limit !== undefined && !this.#over) {
      this.#breakOff(tooLarge(limit === 'line_too_long' ? 'a line' : 'an event'))
    }
  }

  /** A target that waits for us is not idle. */
  #flow(controller: UpstreamController): Flow {
    return {
      pause: () => {
        this.hold()
        controller.pause()
      },
      resume: () => {
        this.release()
        controller.resume()
      },
    }
  }

  onResponseEnd(): void {
    if (this.#over) return
    const streamed = this.#parser !== undefined
    const only = this.#chunks.length === 1 ? this.#chunks[0] : undefined
    const whole = only ?? Buffer.concat(this.#chunks, streamed ? 0 : this.bytes)
    this.#finish()
    if (streamed) this.#hearer.ended()
    else this.#hearer.body(whole)
  }

  onResponseError(_controller: UpstreamController | null, error: Error): void {
    if (!this.#over) this.#fail(failureOf(error, this.#controller !== undefined))
  }

  #event(data: Buffer, name: string): boolean {
    // A server that can be asked again begins with an event that has an id and no data (2025-11-25).
    const more = data.length === 0 || this.#hearer.event(data, name)
    if (more || this.#over) return more
    this.#finish()
    const controller = this.#controller
    // What is left is read, so that the connection can be kept.
    this.#plan.deadlines.start(LEFTOVER_MS, () =>
      controller?.abort(new Error('the answer is over')),
    )
    return false
  }

  #waitForPiece(): void {
    this.#stopIdle?.()
    if (this.#held || this.#over) return
    const { idleMs } = this.#plan.timeouts
    this.#stopIdle = this.#plan.deadlines.start(idleMs, () => {
      const reason = `no piece of the answer within ${idleMs} ms`
      this.#breakOff({ class: 'timeout', refusal: refuse('call.target_timeout', { reason }) })
    })
  }

  #fail(failure: Failure): void {
    this.#finish()
    this.#hearer.failed(failure)
  }

  #breakOff(failure: Failure): void {
    this.#fail(failure)
    this.#controller?.abort(new Error('the answer is not read further'))
  }

  #finish(): void {
    this.#over = true
    this.#chunks = []
    this.#stopIdle?.()
  }
}
