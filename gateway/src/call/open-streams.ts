// The registry of calls under way: who owns which, so that a revocation, a change of policy or a drain can end the
// streams among them. A call is followed from its permit on, so that none becomes a stream, or is sent at all,
// after its permit has gone. One that waits for its only answer is left alone: the target may act already.
import type { Permit } from '../authorize/permit.ts'

export type FollowedCall = {
  /** The permit went meanwhile. */
  readonly isGone: () => boolean
  /** It streams from now on: it is ended when its permit goes, and at once where it has gone. */
  readonly streams: () => void
  /** It is over. */
  readonly close: () => void
}

export type OpenStreams = {
  /** `end` ends the stream: the target's request is destroyed, the client's response closed. */
  readonly follow: (permit: Permit, end: () => void) => FollowedCall
  /** Ends every stream whose permit no longer holds; returns how many. */
  readonly endWhere: (gone: (permit: Permit) => boolean) => number
  /** Streams that are open. */
  readonly count: () => number
}

type Call = { readonly permit: Permit; readonly end: () => void; gone: boolean; streams: boolean }

export function createOpenStreams(): OpenStreams {
  const calls = new Set<Call>()
  return {
    follow(permit, end) {
      const call: Call = { permit, end, gone: false, streams: false }
      calls.add(call)
      return {
        isGone: () => call.gone,
        streams() {
          call.streams = true
          if (call.gone) end()
        },
        close: () => void calls.delete(call),
      }
    },
    endWhere(gone) {
      let ended = 0
      for (const call of calls) {
        if (call.gone || !gone(call.permit)) continue
        call.gone = true
        if (!call.streams) continue
        call.end()
        ended += 1
      }
      return ended
    },
    count: () => {
      let open = 0
      for (const { streams } of calls) if (streams) open += 1
      return open
    },
  }
}
