// Notes on their way to one listener: they wait here while the reader is slow, up to 1 MiB, and then the stream ends
// (attacks D-06). It knows nothing of HTTP, and nothing of what is told.

export type NoteStream = {
  readonly messages: AsyncIterable<Buffer>
  /** One JSON-RPC message on one line; false once the stream is over. */
  readonly tell: (message: Buffer) => boolean
  /** No more comes; `last` is still told. */
  readonly end: (last?: Buffer) => void
  /** Aborts when the stream is over, whoever ended it. */
  readonly over: AbortSignal
}

const MOST_WAITING_BYTES = 1_048_576

export function createNoteStream(): NoteStream {
  const queue: Buffer[] = []
  const over = new AbortController()
  let waitingBytes = 0
  let wake: (() => void) | undefined

  const notify = (): void => {
    wake?.()
    wake = undefined
  }
  const end = (last?: Buffer): void => {
    if (over.signal.aborted) return
    if (last !== undefined) queue.push(last)
    over.abort()
    notify()
  }
  async function* messages(): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        const message = queue.shift()
        if (message !== undefined) {
          waitingBytes -= message.length
          yield message
        } else if (over.signal.aborted) {
          return
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      end()
    }
  }

  return {
    messages: messages(),
    tell(message) {
      if (over.signal.aborted) return false
      if (waitingBytes + message.length > MOST_WAITING_BYTES) {
        queue.length = 0
        end()
        return false
      }
      waitingBytes += message.length
      queue.push(message)
      notify()
      return true
    },
    end,
    over: over.signal,
  }
}
