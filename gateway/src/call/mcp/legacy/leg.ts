// One request of the client that belongs to a call at a target of the old era: it waits for an outcome, has a stream of
// its own once the target tells of progress, and ends by its answer, by its client or by its deadline, whatever is first.
import type { JsonObject, RpcId } from '../../../json/value.ts'
import type { FinalOutcome, Outcome } from '../../outcome.ts'
import { createEventStream, type EventStream } from '../event-stream.ts'
import type { Exchange } from './exchange.ts'
import type { HttpPlan } from './http-exchange.ts'

export type Leg = {
  readonly id: RpcId
  readonly meta: JsonObject
  readonly signal: AbortSignal
}

/** `lost`: the target no longer knows the session, and has done nothing. */
export type LegOutcome = Outcome | 'lost'

type Ways = {
  readonly left: () => void
  readonly expired: () => void
}

export class LegUnderWay {
  readonly id: RpcId
  readonly meta: JsonObject
  readonly #signal: AbortSignal
  readonly #settle: (outcome: LegOutcome) => void
  readonly #left: () => void
  readonly #stopDeadline: () => void
  #stream: EventStream | undefined

  constructor(
    { id, meta, signal }: Leg,
    { deadlines, timeouts }: HttpPlan,
    ways: Ways,
    settle: (outcome: LegOutcome) => void,
  ) {
    this.id = id
    this.meta = meta
    this.#signal = signal
    this.#settle = settle
    this.#left = ways.left
    this.#stopDeadline = deadlines.start(timeouts.totalMs, ways.expired)
    signal.addEventListener('abort', ways.left)
  }

  get streaming(): boolean {
    return this.#stream !== undefined
  }

  relay(message: Buffer, exchange: Exchange): void {
    if (this.#stream === undefined) {
      this.#stream = createEventStream({
        pause: () => exchange.pause(),
        resume: () => exchange.resume(),
        abandoned: this.#left,
      })
      this.#settle(this.#stream.outcome)
    }
    this.#stream.push(message)
  }

  /** The client's request is answered. */
  end(final: FinalOutcome | 'lost'): void {
    this.#stopDeadline()
    this.#signal.removeEventListener('abort', this.#left)
    if (this.#stream === undefined || final === 'lost') this.#settle(final)
    else this.#stream.end(final)
  }
}
