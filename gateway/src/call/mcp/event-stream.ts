// The stream of one call on its way to the client: checked messages go in, the consumer pulls them out.
// A slow consumer pauses the target's connection instead of filling memory; one that stops pulling
// ends the exchange. It knows nothing of SSE or HTTP.
import type { FinalOutcome, StreamOutcome } from '../outcome.ts'

export type EventStream = {
  readonly outcome: StreamOutcome
  readonly push: (message: Buffer) => void
  /** No more messages will come. The first call counts. */
  readonly end: (final: FinalOutcome) => void
}

export type FlowControl = {
  readonly pause: () => void
  readonly resume: () => void
  /** The consumer gave up before the end. */
  readonly abandoned: () => void
}

const PAUSE_BYTES = 262_144

export function createEventStream(flow: FlowControl): EventStream {
  const queue: Buffer[] = []
  let queuedBytes = 0
  let paused = false
  let over = false
  let wake: (() => void) | undefined
  const ended = Promise.withResolvers<FinalOutcome>()

  async function* messages(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        const message = queue.shift()
        if (message !== undefined) {
          queuedBytes -= message.length
          if (paused && queuedBytes < PAUSE_BYTES / 2) {
            paused = false
            flow.resume()
          }
          yield message
        } else if (over) {
          return
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      if (!over) flow.abandoned()
    }
  }

  function notify(): void {
    const waiting = wake
    wake = undefined
    waiting?.()
  }

  return {
    outcome: { kind: 'stream', messages: messages(), ended: ended.promise },
    push(message) {
      if (over) return
      queue.push(message)
      queuedBytes += message.length
      if (!paused && queuedBytes >= PAUSE_BYTES) {
        paused = true
        flow.pause()
      }
      notify()
    },
    end(final) {
      if (over) return
      over = true
      ended.resolve(final)
      notify()
    },
  }
}
