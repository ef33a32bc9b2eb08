// One request to a target of the old era and what comes back for it, whatever carries it: the answer to its own POST
// (http-exchange.ts), or the one stream of the session in which it is made (streamed-exchange.ts; MCP 2024-11-05,
// HTTP with SSE). Who asks sees messages, and no difference. channel.ts chooses.
import type { UpstreamHeaders } from '../../../net/pools.ts'
import type { Failure } from '../failure.ts'
import type { HttpRequest } from './http-exchange.ts'
import type { LegacyMessage } from './message.ts'

export type Exchange = {
  /** Bytes of the answer so far. */
  readonly bytes: number
  /** Of the POST. */
  readonly status: number | undefined
  readonly targetRequestId: string | undefined
  /** Bytes may have been sent. */
  readonly started: boolean
  start(request: HttpRequest): void
  pause(): void
  resume(): void
  hold(): void
  release(): void
  close(): void
}

/** After `ended`, `failed` or a `whole` nothing more is called; after `close` nothing at all. */
export type MessageHearer = {
  /** The one message that is the whole answer. */
  readonly whole: (message: LegacyMessage) => void
  /** One of several; false once there is nothing more to read. */
  readonly message: (message: LegacyMessage) => boolean
  readonly ended: () => void
  readonly failed: (failure: Failure) => void
  readonly head?: (headers: UpstreamHeaders) => void
  /** It takes what the target asks in the middle of it. */
  readonly takesRequests?: true
}
