// Readiness as a registry of named checks. Each part reports its own state when it changes; nobody is asked on
// a probe. Ready: every check is up or degraded, and the gateway is not draining.

export type HealthState = 'starting' | 'up' | 'degraded' | 'down'
export type HealthReport = {
  readonly name: string
  readonly state: HealthState
  /** In words, for the operator. */
  readonly reason: string | undefined
}

export type HealthCheck = {
  readonly up: () => void
  /** Works, but not as it should: still ready. */
  readonly degraded: (reason: string) => void
  readonly down: (reason: string) => void
}

export type Health = {
  /** Registers a check in state `starting`. */
  readonly check: (name: string) => HealthCheck
  readonly ready: () => boolean
  readonly reports: () => readonly HealthReport[]
  /** From now on not ready. */
  readonly drain: () => void
}

export function createHealth(changed: (report: HealthReport) => void = () => {}): Health {
  const reports = new Map<string, HealthReport>()
  let draining = false
  return {
    check(name) {
      if (reports.has(name)) throw new Error(`the check \`${name}\` exists`)
      reports.set(name, { name, state: 'starting', reason: undefined })
      const set = (state: HealthState, reason: string | undefined): void => {
        const before = reports.get(name)
        if (before?.state === state && before.reason === reason) return
        const report = { name, state, reason }
        reports.set(name, report)
        changed(report)
      }
      return {
        up: () => set('up', undefined),
        degraded: (reason) => set('degraded', reason),
        down: (reason) => set('down', reason),
      }
    },
    ready: () =>
      !draining &&
      [...reports.values()].every(({ state }) => state === 'up' || state === 'degraded'),
    reports: () => [
      ...reports.values(),
      ...(draining
        ? [{ name: 'draining', state: 'down' as const, reason: 'the gateway is shutting down' }]
        : []),
    ],
    drain: () => void (draining = true),
  }
}
