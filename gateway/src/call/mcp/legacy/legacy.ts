// A target of the old era (MCP 2025-11-25, 2025-06-18, 2025-03-26, and 2024-11-05 with its own transport) behind the
// connector's seam: what comes in and goes out has the shape of the modern era (protocol §4). Sessions are kept per everything that must not be shared: the
// person, the credential, what the client declared, and the client's own session where it has one.
import type { Permit } from '../../../authorize/permit.ts'
import type { Credential } from '../../../credential/credential.ts'
import { isJsonObject } from '../../../json/raw-number.ts'
import { refuse } from '../../../refusal.ts'
import type { Clock } from '../../../system/clock.ts'
import { randomId } from '../../../system/ids.ts'
import type { CallEnvelope, Connector } from '../../connector.ts'
import type { Outcome, OutcomeFacts } from '../../outcome.ts'
import type { Failure } from '../failure.ts'
import { LegacyCall } from './call.ts'
import { declaredBy } from './capabilities.ts'
import { describeLegacy } from './describe.ts'
import type { HttpPlan } from './http-exchange.ts'
import type { Leg } from './leg.ts'
import { listenToLegacy } from './listen.ts'
import { isLogLevel } from './log-level.ts'
import { createParkedCalls } from './parked-calls.ts'
import { createOpening } from './opening.ts'
import type { LegacySession } from './session.ts'
import { createSessions, type SessionLimits } from './sessions.ts'

const LOG_LEVEL = 'io.modelcontextprotocol/logLevel'

export function createLegacyTarget(
  plan: HttpPlan,
  limits: SessionLimits,
  clock: Clock,
): Required<Connector> {
  const open = createOpening(plan)
  const sessions = createSessions(limits, clock)
  const parked = createParkedCalls<LegacyCall>(plan.deadlines)

  async function begin(
    permit: Permit,
    credential: Credential,
    envelope: CallEnvelope,
    leg: Leg,
  ): Promise<Outcome | 'lost'> {
    const declared = declaredBy(envelope.meta)
    const key = sessionKey(permit, credential, declared.text, envelope.session)
    const entered = sessions.enter(key, () => open(credential, declared.capabilities))
    const session = entered instanceof Promise ? await entered : entered
    if ('refusal' in session) return refused(session)
    const level = envelope.meta[LOG_LEVEL]
    if (isLogLevel(level) && session.needsLevel(level)) await session.logAt(level)
    const over = (): void => sessions.leave(session)
    const own = { ...session.plan, room: envelope.room }
    const parts = { plan: own, session, parked, over, id: randomId() }
    return new LegacyCall(parts, permit, envelope.method).start(leg)
  }

  return {
    describe: (credential, signal) =>
      describeLegacy(
        () =>
          sessions.enter(describeKey(credential), () =>
            open(credential, {}, { signal, askAgain: true }),
          ),
        (session: LegacySession) => sessions.leave(session),
        signal,
      ),
    async call(permit, credential, envelope, signal) {
      const { id, meta, input } = envelope
      const leg: Leg = { id, meta, signal }
      if (input?.state !== undefined) {
        const call = parked.take(input.state, permit)
        const outcome = await call?.resume(leg, input.responses ?? {})
        return outcome === undefined || outcome === 'lost' ? refused(PARKED_CALL_LOST) : outcome
      }
      if (input !== undefined && !agreed(input)) return refused(NOT_AGREED)
      const outcome = await begin(permit, credential, envelope, leg)
      if (outcome !== 'lost') return outcome
      // F-10: the target says that it did nothing, but only what may be done twice is repeated on its word.
      const { readOnly, idempotent } = permit.entry.facts
      if (!readOnly && !idempotent) return refused(SESSION_LOST, 404)
      const again = await begin(permit, credential, envelope, leg)
      return again === 'lost' ? refused(SESSION_LOST, 404) : again
    },
    listen: (...asked) => listenToLegacy(open, ...asked),
    async close() {
      parked.close()
      await sessions.close()
    },
  }
}

/** Everything that must not be shared between two calls in one session. */
function sessionKey(
  { identity }: Permit,
  { id, version, connectionKey = '' }: Credential,
  declared: string,
  session = '',
): string {
  const { fingerprint } = identity.principal
  return [fingerprint, id, version, connectionKey, declared, session].join('\0')
}

function describeKey({ id, version }: Credential): string {
  return ['describe', id, version].join('\0')
}

/** A URL that the target wanted opened first: whoever says no to it has said no to the call. */
function agreed({ responses = {} }: NonNullable<CallEnvelope['input']>): boolean {
  return Object.values(responses).every(
    (response) => isJsonObject(response) && response['action'] === 'accept',
  )
}

const PARKED_CALL_LOST: Failure = {
  class: 'unclear',
  refusal: refuse('call.parked_call_lost', { reason: 'no call waits under this handle' }),
}
const SESSION_LOST: Failure = {
  class: 'refused_by_target',
  refusal: refuse('call.session_lost', { reason: 'the target no longer knows the session' }),
}
const NOT_AGREED: Failure = {
  class: 'cancelled',
  refusal: refuse('call.input_declined', { reason: 'the client did not accept' }),
}

function refused({ class: outcome, refusal }: Failure, status?: number): Outcome {
  const facts: OutcomeFacts = {
    class: outcome,
    status,
    resultBytes: 0,
    result: undefined,
    targetRequestId: undefined,
  }
  return { kind: 'refused', refusal, facts }
}
