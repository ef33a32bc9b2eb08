// The gate before every target (promises F-08, §4, §5): its breaker, a breaker per credential that it rejects, and its
// bulkhead. Asked before the intent is recorded, so that a target that is away costs its callers no more than a
// refusal. A gate outlives the configuration: a reload forgets neither a failure nor a call that is at the target.
import type { Credential } from '../../credential/credential.ts'
import { createDeadlines } from '../../net/deadlines.ts'
import { refuse, type Refusal } from '../../refusal.ts'
import type { Clock } from '../../system/clock.ts'
import type { Outcome } from '../outcome.ts'
import { createBreaker, type Admission, type Breaker, type BreakerState } from './breaker.ts'
import { createBulkhead, type Bulkhead, type Turned } from './bulkhead.ts'
import type { BulkheadSettings } from './settings.ts'
import { judgeCredential, judgeTarget } from './verdict.ts'

/** A place at the target, and the two who are told how the call ended. */
export type Pass = {
  /** What came of the call; of a stream, what comes of it. */
  readonly saw: (outcome: Outcome) => void
  /** The call is over. A pass that saw nothing says nothing about the target. */
  readonly leave: () => void
}

export type Gates = {
  /** A promise where the call has to wait for its place. `signal`: the client went away. */
  readonly enter: (
    target: string,
    credential: Credential,
    signal: AbortSignal,
  ) => Pass | Refusal | Promise<Pass | Refusal>
}

export type GateStatus = {
  readonly breaker: BreakerState
  /** Failures in a row. */
  readonly failures: number
  /** Ids of credentials that the target rejects, and with which it is not called for now. */
  readonly rejectedCredentials: readonly string[]
  readonly inside: number
  readonly waiting: number
}

export type AllGates = {
  /** The gates as one configuration has them. */
  readonly under: (
    targets: Readonly<Record<string, { readonly bulkhead: BulkheadSettings }>>,
  ) => Gates
  readonly status: () => ReadonlyMap<string, GateStatus>
  readonly close: () => void
}

type Gate = {
  readonly breaker: Breaker
  readonly bulkhead: Bulkhead
  readonly credentials: Map<string, Breaker>
}

const CREDENTIALS = 256
const DEFAULT: BulkheadSettings = { calls: 400, waiting: 100, waitMs: 2_000 }

/** `refused`: told of every call that a gate did not let through. */
export function createGates(
  clock: Clock,
  refused: (target: string, code: Refusal['refused']) => void,
): AllGates {
  const gates = new Map<string, Gate>()
  const deadlines = createDeadlines(clock)

  function gateOf(target: string): Gate {
    let gate = gates.get(target)
    if (gate === undefined) {
      gate = {
        breaker: createBreaker(clock),
        bulkhead: createBulkhead(deadlines),
        credentials: new Map(),
      }
      gates.set(target, gate)
    }
    return gate
  }

  /** One per version of a secret: a renewed one starts without its predecessor's failures. */
  function breakerOf({ credentials }: Gate, { kind, id, version }: Credential) {
    if (kind === 'none') return undefined
    const key = JSON.stringify([id, version])
    const known = credentials.get(key)
    if (known !== undefined) return known
    const oldest = credentials.keys().next().value
    if (credentials.size >= CREDENTIALS && oldest !== undefined) credentials.delete(oldest)
    const fresh = createBreaker(clock)
    credentials.set(key, fresh)
    return fresh
  }

  function say(target: string, refusal: Refusal): Refusal {
    refused(target, refusal.refused)
    return refusal
  }

  /** The caller has its place; the breakers are asked last, for a probe must be a call that is made. */
  function admit(target: string, gate: Gate, credential: Credential): Pass | Refusal {
    const rejected = breakerOf(gate, credential)
    const shown = rejected?.admit()
    const open = rejected !== undefined && shown === undefined ? rejected : gate.breaker
    const called = open === gate.breaker ? gate.breaker.admit() : undefined
    if (called !== undefined) return pass(gate, called, shown)
    shown?.('none')
    gate.bulkhead.leave()
    const what = open === gate.breaker ? 'it' : 'its credential'
    return say(target, breakerOpen(target, what, open.waitMs()))
  }

  function pass(gate: Gate, called: Admission, shown: Admission | undefined): Pass {
    let over = false
    const end = (target: Parameters<Admission>[0], credential: Parameters<Admission>[0]): void => {
      called(target)
      shown?.(credential)
      // Whoever waits behind a target that has just failed too often is not kept waiting.
      if (gate.breaker.state() === 'open') gate.bulkhead.clear()
    }
    let streams = false
    return {
      saw(outcome) {
        if (outcome.kind !== 'stream') return end(judgeTarget(outcome), judgeCredential(outcome))
        streams = true
        void outcome.ended.then((final) => end(judgeTarget(final, true), judgeCredential(final)))
      },
      leave() {
        if (over) return
        over = true
        if (!streams) end('none', 'none')
        gate.bulkhead.leave()
      },
    }
  }

  return {
    under: (targets) => ({
      enter(target, credential, signal) {
        const gate = gateOf(target)
        const waitMs = gate.breaker.waitMs()
        if (waitMs > 0) return say(target, breakerOpen(target, 'it', waitMs))
        const turn = gate.bulkhead.enter(targets[target]?.bulkhead ?? DEFAULT, signal)
        if (turn === 'in') return admit(target, gate, credential)
        if (turn === 'full') return say(target, busy(turn))
        return turn.then((turned) => {
          if (turned === 'in') return admit(target, gate, credential)
          return say(target, turned === 'gone' ? sentAway(target, gate, signal) : busy(turned))
        })
      },
    }),
    status: () =>
      new Map(
        [...gates].map(([target, { breaker, bulkhead, credentials }]) => [
          target,
          {
            breaker: breaker.state(),
            failures: breaker.failures(),
            rejectedCredentials: [...credentials]
              .filter(([, { state }]) => state() === 'open')
              .map(([key]) => String((JSON.parse(key) as readonly unknown[])[0])),
            inside: bulkhead.inside(),
            waiting: bulkhead.waiting(),
          },
        ]),
      ),
    close: () => deadlines.close(),
  }
}

const BUSY_SECONDS = 1

function busy(turned: Turned): Refusal {
  return refuse('call.target_busy', {
    reason: turned === 'full' ? 'as many calls wait as may' : 'no place in time',
    retryAfterSeconds: BUSY_SECONDS,
  })
}

function breakerOpen(target: string, what: string, waitMs: number): Refusal {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  return refuse('call.breaker_open', {
    seen: `too many failures in a row; a call passes in ${seconds} s`,
    reason: `the breaker of ${target} is open, for ${what} failed too often`,
    retryAfterSeconds: seconds,
  })
}

/** It waited, and the client left, or the target failed meanwhile. */
function sentAway(target: string, { breaker }: Gate, signal: AbortSignal): Refusal {
  if (signal.aborted) return refuse('call.cancelled', { reason: 'the client left the queue' })
  return breakerOpen(target, 'it', breaker.waitMs())
}
