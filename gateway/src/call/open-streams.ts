// The registry of open streams: who owns which, so that a revocation, a change of policy or a drain can end them.
import type { Permit } from '../authorize/permit.ts'

export type EndReason = 'client_gone' | 'revoked' | 'policy_changed' | 'drain'

export type OpenStream = {
  readonly permit: Permit
  /** Ends the stream: the target's request is destroyed, the client's response closed. */
  readonly end: (reason: EndReason) => void
}

export type OpenStreams = {
  /** Returns what takes it out again. */
  readonly open: (stream: OpenStream) => () => void
  /** Ends every stream whose permit no longer holds; returns how many. */
  readonly endWhere: (gone: (permit: Permit) => boolean, reason: EndReason) => number
  readonly count: () => number
}

export function createOpenStreams(): OpenStreams {
  const streams = new Set<OpenStream>()
  return {
    open(stream) {
      streams.add(stream)
      return () => streams.delete(stream)
    },
    endWhere(gone, reason) {
      const ended = [...streams].filter((stream) => gone(stream.permit))
      for (const stream of ended) stream.end(reason)
      return ended.length
    },
    count: () => streams.size,
  }
}
