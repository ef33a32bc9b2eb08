// The sessions with one target of the old era that are open (performance.md §4): a call takes the one of its key, which
// holds everything that must not be shared, and opens it only where there is none. So a warm target sees one request
// per call. They are bounded in number; the one that was idle longest gives way, and whoever stays idle is ended.
import { refuse } from '../../../refusal.ts'
import type { Clock } from '../../../system/clock.ts'
import type { Failure } from '../failure.ts'
import type { LegacySession } from './session.ts'

type Open = () => Promise<LegacySession | Failure>

export type Sessions = {
  /** Counts as a call in it until `leave`. */
  readonly enter: (
    key: string,
    open: Open,
  ) => LegacySession | Failure | Promise<LegacySession | Failure>
  readonly leave: (session: LegacySession) => void
  /** Ends all; settles when the targets know it, or had time to. */
  readonly close: () => Promise<void>
}

export type SessionLimits = { readonly max: number; readonly idleMs: number }

const SWEEP_MS = 10_000

export function createSessions(limits: SessionLimits, clock: Clock): Sessions {
  const open = new Map<string, LegacySession>()
  const opening = new Map<string, Promise<LegacySession | Failure>>()
  let closed = false
  let sweeping: NodeJS.Timeout | undefined

  function sweep(): void {
    const now = clock.monotonicMs()
    for (const [key, session] of open) {
      if (session.calls === 0 && now - session.lastUsedMs >= limits.idleMs) end(key, session)
    }
    if (open.size > 0) return
    clearInterval(sweeping)
    sweeping = undefined
  }

  function end(key: string, session: LegacySession): void {
    open.delete(key)
    void session.end()
  }

  function makeRoom(): boolean {
    if (open.size + opening.size < limits.max) return true
    let oldest: [string, LegacySession] | undefined
    for (const each of open) {
      const idle = each[1].calls === 0
      if (idle && (oldest === undefined || each[1].lastUsedMs < oldest[1].lastUsedMs)) oldest = each
    }
    if (oldest !== undefined) end(...oldest)
    return oldest !== undefined
  }

  async function openOne(
    key: string,
    start: () => Promise<LegacySession | Failure>,
  ): Promise<LegacySession | Failure> {
    const session = await start().finally(() => opening.delete(key))
    if ('refusal' in session) return session
    if (closed) {
      void session.end()
      return FULL
    }
    open.set(key, session)
    session.lastUsedMs = clock.monotonicMs()
    sweeping ??= setInterval(sweep, Math.min(SWEEP_MS, limits.idleMs)).unref()
    return session
  }

  /** `turn`: how many of this key are in use and cannot be shared. */
  function enter(key: string, start: Open, turn: number): ReturnType<Sessions['enter']> {
    const own = turn === 0 ? key : `${key}\0${turn}`
    const take = (session: LegacySession | Failure): ReturnType<Sessions['enter']> => {
      if ('refusal' in session) return session
      if (session.exclusive && session.calls > 0) return enter(key, start, turn + 1)
      session.calls += 1
      return session
    }
    const warm = open.get(own)
    if (warm !== undefined && !warm.lost) return take(warm)
    open.delete(own)
    let coming = opening.get(own)
    if (coming === undefined) {
      if (closed || !makeRoom()) return FULL
      coming = openOne(own, start)
      opening.set(own, coming)
    }
    return coming.then(take)
  }

  return {
    enter: (key, start) => enter(key, start, 0),
    leave(session) {
      session.calls -= 1
      session.lastUsedMs = clock.monotonicMs()
      // It is not among the open ones any more; its stream may still be there.
      if (session.lost && session.calls === 0) void session.end()
    },
    async close() {
      closed = true
      clearInterval(sweeping)
      const ending = [...open.values()]
      open.clear()
      await Promise.all(ending.map((session) => session.end()))
    },
  }
}

const FULL: Failure = {
  class: 'refused_by_target',
  refusal: refuse('call.target_unavailable', { reason: 'all sessions with the target are in use' }),
}
