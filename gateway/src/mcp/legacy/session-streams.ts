// The stream that a session of the old era opens by GET (MCP 2025-11-25, basic/transports): notifications pass on it in
// order until somebody ends it. One session has one, the newest. A client that does not read fast enough loses it.
export type SessionStream = {
  readonly messages: AsyncIterable<Buffer>
  /** One JSON-RPC notification on one line; false once the stream is over. */
  readonly tell: (message: Buffer) => boolean
  readonly end: () => void
  /** Aborts when the stream is over, whoever ended it. */
  readonly over: AbortSignal
}

export type SessionStreams = {
  /** Ends the one that the session had before. */
  readonly open: (session: string) => SessionStream
  /** Ends the stream of a session that is over. */
  readonly end: (session: string) => void
}

const MOST_WAITING_BYTES = 1_048_576

export function createSessionStreams(): SessionStreams {
  const streams = new Map<string, SessionStream>()
  return {
    open(session) {
      streams.get(session)?.end()
      const stream = createStream()
      streams.set(session, stream)
      stream.over.addEventListener('abort', () => {
        if (streams.get(session) === stream) streams.delete(session)
      })
      return stream
    },
    end: (session) => streams.get(session)?.end(),
  }
}

function createStream(): SessionStream {
  const queue: Buffer[] = []
  const over = new AbortController()
  let waitingBytes = 0
  let wake: (() => void) | undefined

  const notify = (): void => {
    wake?.()
    wake = undefined
  }
  const end = (): void => {
    over.abort()
    notify()
  }
  async function* messages(): AsyncGenerator<Buffer> {
    try {
      while (!over.signal.aborted) {
        const message = queue.shift()
        if (message === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        } else {
          waitingBytes -= message.length
          yield message
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
      waitingBytes += message.length
      if (waitingBytes > MOST_WAITING_BYTES) {
        end()
        return false
      }
      queue.push(message)
      notify()
      return true
    },
    end,
    over: over.signal,
  }
}
