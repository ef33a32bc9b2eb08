// Sessions of the old era as the rest of the gateway knows them: opened, found again by their id, ended, and what is under
// way in each. See session.ts for the id, session-states.ts for what changes.
import type { Identity } from '../../identify/identity.ts'
import type { McpRoute, SessionTerms } from '../../in/inbound.ts'
import type { PostedResponse } from '../../in/old-era.ts'
import { refuse, type Refusal } from '../../refusal.ts'
import type { Seals } from '../../secrets/seals.ts'
import type { Store } from '../../store/store.ts'
import type { Clock } from '../../system/clock.ts'
import { createOutstanding, type Outstanding } from './outstanding.ts'
import { createSessionIds, type Session, type SessionIds } from './session.ts'
import { createSessionStates, type SessionState, type SessionStates } from './session-states.ts'
import { createSessionStreams, type SessionStreams } from './session-streams.ts'
import { createUnderWay, type UnderWay } from './under-way.ts'

export type FoundSession = { readonly session: Session; readonly state: SessionState }

export type Sessions = {
  /** The id for a client that initializes. */
  readonly open: SessionIds['seal']
  readonly find: (
    id: string,
    identity: Identity,
    route: McpRoute,
  ) => FoundSession | Refusal | Promise<FoundSession | Refusal>
  readonly end: (session: Session) => Promise<void>
  readonly change: SessionStates['change']
  /** As it is now, whichever process changed it. */
  readonly stateOf: SessionStates['of']
  readonly underWay: UnderWay
  readonly streams: SessionStreams
  readonly awaitResponse: Outstanding['awaitResponse']
  /** A response that the client posted; one that nobody waits for is counted and has no effect. */
  readonly deliver: (session: Session, response: PostedResponse) => void
}

export function createSessions(parts: {
  readonly seals: Seals
  readonly store: Store
  readonly clock: Clock
  readonly unawaited: () => void
}): Sessions {
  const ids = createSessionIds(parts.seals.of('session'), parts.clock)
  const states = createSessionStates(parts.store, parts.clock)
  const streams = createSessionStreams()
  const underWay = createUnderWay()
  const { awaitResponse, deliver } = createOutstanding()
  return {
    open: ids.seal,
    find(id, identity, route) {
      const session = ids.open(id, identity, route)
      // A floor that was raised since closes what lies below it.
      if (session === undefined || session.protocolVersion < route.minProtocol) return GONE
      const state = states.of(session)
      return state instanceof Promise
        ? state.then((read) => found(session, read))
        : found(session, state)
    },
    async end(session) {
      await states.change(session, (state) => ({ ...state, ended: true }))
      streams.end(session.name)
    },
    change: states.change,
    stateOf: states.of,
    underWay,
    streams,
    awaitResponse,
    deliver({ name }, { responseTo, response }) {
      if (!deliver(name, responseTo, response)) parts.unawaited()
    },
  }
}

/** What of a session is the same for all of its requests. */
export function termsOf({ session, state }: FoundSession): SessionTerms {
  const { name, openedMs, protocolVersion, clientCapabilities, clientInfo } = session
  const { logLevel } = state
  return { name, openedMs, protocolVersion, clientCapabilities, clientInfo, logLevel }
}

const GONE = refuse('in.no_such_session')

function found(session: Session, state: SessionState): FoundSession | Refusal {
  return state.ended ? GONE : { session, state }
}
