// What changes about a session of the old era after it was opened: its log level, the resources that it follows, its end.
// It is kept in the store, so that it survives a restart, and read from there again after seconds, because another process
// may have changed it. Nothing of it gives access to anything.
import { isJsonObject } from '../../json/raw-number.ts'
import { readJson } from '../../json/read.ts'
import type { JsonObject } from '../../json/value.ts'
import { Fault } from '../../fault.ts'
import type { Store } from '../../store/store.ts'
import type { Clock } from '../../system/clock.ts'
import { SESSION_LIFE_MS, type Session } from './session.ts'

export type SessionState = {
  readonly ended: boolean
  readonly logLevel: string | undefined
  /** URIs of `resources/subscribe`. */
  readonly subscriptions: readonly string[]
}

type Named = Pick<Session, 'name' | 'openedMs'>

export type SessionStates = {
  readonly of: (session: Named) => SessionState | Promise<SessionState>
  readonly change: (
    session: Named,
    to: (state: SessionState) => SessionState,
  ) => Promise<SessionState>
}

const FRESH: SessionState = { ended: false, logLevel: undefined, subscriptions: [] }
/** So long another process may not know that a session has ended. */
const KNOWN_FOR_MS = 5_000
const MOST_KNOWN = 10_000
const ATTEMPTS = 5
const LIMITS = { depth: 3, nodes: 1_000, numberLength: 32 }

type Known = { readonly state: SessionState; readonly readMs: number }

export function createSessionStates(store: Store, clock: Clock): SessionStates {
  const known = new Map<string, Known>()

  function keep(name: string, state: SessionState): SessionState {
    known.delete(name)
    known.set(name, { state, readMs: clock.monotonicMs() })
    if (known.size > MOST_KNOWN) known.delete(known.keys().next().value as string)
    return state
  }

  async function read(session: Named): Promise<SessionState> {
    const row = await store.get('session', session.name)
    return keep(session.name, row === undefined ? FRESH : parse(row.value))
  }

  return {
    of(session) {
      const kept = known.get(session.name)
      if (kept === undefined) return read(session)
      if (clock.monotonicMs() - kept.readMs < KNOWN_FOR_MS) return kept.state
      // While the store is away, what was known last goes on.
      return read(session).catch(() => kept.state)
    },
    async change(session, to) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const row = await store.get('session', session.name)
        const state = to(row === undefined ? FRESH : parse(row.value))
        const put = {
          kind: 'session',
          id: session.name,
          value: JSON.stringify(state),
          expiresAtMs: session.openedMs + SESSION_LIFE_MS,
        } as const
        const written =
          row === undefined
            ? await store.insertIfAbsent(put)
            : await store.casUpdate(put, row.revision)
        if (written) return keep(session.name, state)
      }
      throw new Fault('store.unavailable', 'the session could not be written', {
        dependency: 'store',
      })
    },
  }
}

function parse(text: string): SessionState {
  const read = readJson(Buffer.from(text), LIMITS)
  const row: JsonObject = 'value' in read && isJsonObject(read.value) ? read.value : {}
  const { ended, logLevel, subscriptions } = row
  return {
    ended: ended === true,
    logLevel: typeof logLevel === 'string' ? logLevel : undefined,
    subscriptions: Array.isArray(subscriptions)
      ? subscriptions.filter((uri): uri is string => typeof uri === 'string')
      : [],
  }
}
