// The health of what is read from the store again and again: degraded while one list or another could not be read the
// last time, up again when all of them can.
import type { HealthCheck } from './health.ts'
import type { Log } from './log.ts'

/** `name` in words; what it returns is told of every read, with what was wrong where it failed. */
export function createReading(
  check: HealthCheck,
  log: Pick<Log, 'warn'>,
): (name: string) => (failure?: unknown) => void {
  const failing = new Set<string>()
  return (name) => (failure) => {
    if (failure === undefined) failing.delete(name)
    else {
      failing.add(name)
      log.warn({ err: failure }, `${name} cannot be read`)
    }
    if (failing.size === 0) check.up()
    else check.degraded(`${[...failing].join(' and ')} cannot be read`)
  }
}
