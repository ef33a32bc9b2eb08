// Gates whose states and refusals can be seen in the metrics.
import type { Metrics } from '../../observe/metrics.ts'
import type { Clock } from '../../system/clock.ts'
import type { BreakerState } from './breaker.ts'
import { createGates, type AllGates, type GateStatus } from './gates.ts'

const OPENNESS: Readonly<Record<BreakerState, number>> = { closed: 0, half_open: 0.5, open: 1 }

export function meteredGates(clock: Clock, metrics: Pick<Metrics, 'counter' | 'gauge'>): AllGates {
  const refused = metrics.counter(
    'sallyport_gate_refused',
    'calls that were not made because of the state of their target',
    ['target', 'code'],
  )
  const gates = createGates(clock, (target, code) => refused.with(target, code).inc())
  const gauge = (name: string, help: string, read: (status: GateStatus) => number): void =>
    metrics.gauge(
      name,
      help,
      () => [...gates.status()].map(([target, status]) => [[target], read(status)] as const),
      ['target'],
    )
  gauge(
    'sallyport_breaker_open',
    '1 while the target is not called, 0.5 while the next call probes it',
    ({ breaker }) => OPENNESS[breaker],
  )
  gauge(
    'sallyport_credentials_rejected',
    'credentials with which the target is not called for now',
    ({ rejectedCredentials }) => rejectedCredentials.length,
  )
  gauge('sallyport_calls_at_target', 'calls at the target', ({ inside }) => inside)
  gauge(
    'sallyport_calls_waiting',
    'calls that wait for a place at the target',
    ({ waiting }) => waiting,
  )
  return gates
}
