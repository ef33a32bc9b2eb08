// The registry of calls under way and of what people listen to: who owns which, so that a revocation, a change of policy
// or a drain can end the streams among them. A call is followed from its permit on, so that none becomes a stream, or
// is sent at all, after its permit has gone. One that waits for its only answer is left alone: the target may act already.
import type { Permit } from '../authorize/permit.ts'

type Identity = Permit['identity']

export type FollowedCall = {
  /** The permit went meanwhile. */
  readonly isGone: () => boolean
  /** It streams from now on: it is ended when its permit goes, and at once where it has gone. */
  readonly streams: () => void
  /** It is over. */
  readonly close: () => void
}

/** Whose it is; without a permit it is a stream that somebody listens to. */
export type Owner = { readonly identity: Identity; readonly permit: Permit | undefined }

/** Streams that may be listened to at one moment. */
export type StreamLimits = { readonly all: number; readonly perPrincipal: number }

export type OpenStreams = {
  /** `end` ends the stream: the target's request is destroyed, the client's response closed. */
  readonly follow: (permit: Permit, end: () => void) => FollowedCall
  /** Returns what forgets it, or who listens to as much as one may already. */
  readonly listen: (
    identity: Identity,
    end: () => void,
    most: StreamLimits,
  ) => (() => void) | 'everybody' | 'this principal'
  /** Ends every stream whose owner may no longer have it; returns how many. */
  readonly endWhere: (gone: (owner: Owner) => boolean) => number
  /** Streams that somebody listens to. */
  readonly listening: () => number
  /** Streams that are open. */
  readonly count: () => number
}

type Call = { readonly owner: Owner; readonly end: () => void; gone: boolean; streams: boolean }

export function createOpenStreams(): OpenStreams {
  const calls = new Set<Call>()
  const listening = new Map<string, number>()
  let listeners = 0
  return {
    follow(permit, end) {
      const owner = { identity: permit.identity, permit }
      const call: Call = { owner, end, gone: false, streams: false }
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
    listen(identity, end, { all, perPrincipal }) {
      const { fingerprint } = identity.principal
      const open = listening.get(fingerprint) ?? 0
      if (open >= perPrincipal) return 'this principal'
      if (listeners >= all) return 'everybody'
      listeners += 1
      const owner = { identity, permit: undefined }
      const call: Call = { owner, end, gone: false, streams: true }
      calls.add(call)
      listening.set(fingerprint, open + 1)
      return () => {
        if (!calls.delete(call)) return
        listeners -= 1
        const left = (listening.get(fingerprint) ?? 1) - 1
        if (left === 0) listening.delete(fingerprint)
        else listening.set(fingerprint, left)
      }
    },
    endWhere(gone) {
      let ended = 0
      for (const call of calls) {
        if (call.gone || !gone(call.owner)) continue
        call.gone = true
        if (!call.streams) continue
        call.end()
        ended += 1
      }
      return ended
    },
    listening: () => listeners,
    count: () => {
      let open = 0
      for (const { streams } of calls) if (streams) open += 1
      return open
    },
  }
}
