// One request in a session with a stream (MCP 2024-11-05, HTTP with SSE): its POST is only accepted, and its answer
// comes on the stream, with all that belongs to it. Bounded in bytes and time like any other exchange; that the stream
// lives at all counts as a piece, as it does where the stream is the exchange's own.
import { refuse } from '../../../refusal.ts'
import { tooLarge, type Failure } from '../failure.ts'
import type { Exchange, MessageHearer } from './exchange.ts'
import { HttpExchange, type HttpPlan, type HttpRequest } from './http-exchange.ts'
import type { LegacyMessage } from './message.ts'
import type { Member, MessageStream } from './message-stream.ts'

export class StreamedExchange implements Exchange, Member {
  readonly #plan: HttpPlan
  readonly #stream: MessageStream
  readonly #id: string
  readonly #hearer: MessageHearer
  readonly #post: HttpExchange
  #over = false
  #held = false
  #accepted = false
  #pausing = false
  #stopIdle: (() => void) | undefined
  bytes = 0

  constructor(plan: HttpPlan, stream: MessageStream, id: string, hearer: MessageHearer) {
    this.#plan = plan
    this.#stream = stream
    this.#id = id
    this.#hearer = hearer
    const accepted = (): void => this.#wasAccepted()
    this.#post = new HttpExchange(
      { ...plan, path: stream.path },
      // Whatever a target adds to its yes is not read.
      { body: accepted, event: () => true, ended: accepted, failed: (why) => this.#posted(why) },
    )
  }

  get started(): boolean {
    return this.#post.started
  }

  get status(): number | undefined {
    return this.#post.status
  }

  get targetRequestId(): string | undefined {
    return this.#post.targetRequestId
  }

  get takesRequests(): boolean {
    return this.#hearer.takesRequests === true
  }

  start(request: HttpRequest): void {
    if (this.#over) return
    if (!this.#stream.join(this.#id, this)) return this.#fail(NOT_SENT)
    this.#post.start(request)
  }

  /** Holds up the stream, and so whoever else has a call in this very session. */
  pause(): void {
    if (this.#over || this.#pausing) return
    this.#pausing = true
    this.#stream.pause()
  }

  resume(): void {
    if (!this.#pausing) return
    this.#pausing = false
    this.#stream.resume()
  }

  hold(): void {
    this.#held = true
    this.#stopIdle?.()
  }

  release(): void {
    this.#held = false
    if (this.#accepted) this.#waitForPiece()
  }

  close(): void {
    if (this.#over) return
    this.#finish()
    this.#post.close()
  }

  /** From the stream. */
  message(message: LegacyMessage, bytes: number): void {
    if (this.#over) return
    this.bytes += bytes
    if (this.bytes > this.#plan.resultBytes) return this.#fail(tooLarge('the answer'))
    if (this.#accepted) this.#waitForPiece()
    if (!this.#hearer.message(message) && !this.#over) this.#finish()
  }

  /** The stream is over, and with it the session. */
  streamOver(failure: Failure): void {
    if (this.#over) return
    const { started } = this.#post
    this.#finish()
    this.#post.close()
    this.#hearer.failed(started ? failure : NOT_SENT)
  }

  #wasAccepted(): void {
    const { status = 0 } = this.#post
    if (this.#over || this.#accepted) return
    this.#accepted = status >= 200 && status < 300
    if (this.#accepted) this.#waitForPiece()
  }

  #posted(why: Failure): void {
    this.#wasAccepted()
    if (!this.#accepted && !this.#over) this.#fail(why)
  }

  #waitForPiece(): void {
    this.#stopIdle?.()
    if (this.#held || this.#over) return
    const { idleMs } = this.#plan.timeouts
    const { bytes } = this.#stream
    this.#stopIdle = this.#plan.deadlines.start(idleMs, () => {
      if (this.#stream.bytes !== bytes) return this.#waitForPiece()
      const reason = `no piece of the answer within ${idleMs} ms`
      this.#fail({ class: 'timeout', refusal: refuse('call.target_timeout', { reason }) })
    })
  }

  #fail(failure: Failure): void {
    this.#finish()
    this.#post.close()
    this.#hearer.failed(failure)
  }

  #finish(): void {
    this.#over = true
    this.#stopIdle?.()
    this.#stream.leave(this.#id, this)
    this.resume()
  }
}

const NOT_SENT: Failure = {
  class: 'refused_by_target',
  refusal: refuse('call.target_unavailable', {
    reason: 'the stream of the session ended before the call was sent',
  }),
}
