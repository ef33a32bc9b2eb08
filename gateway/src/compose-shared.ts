// What outlives a configuration, composed around the opened state: streams, limits, gates, approvals, sessions and what
// is observed of them. Settings are those of the configuration that runs. Like app.ts it may name implementations.
import { join } from 'node:path'
import { createBudgets, type Budgets } from './authorize/limits/limits.ts'
import { meteredGates } from './call/gate/metered-gates.ts'
import { createLargeAnswers } from './call/large-answers.ts'
import { createOpenStreams } from './call/open-streams.ts'
import { composeApprovals } from './compose-approvals.ts'
import type { Config } from './config/schema.ts'
import { createSessions } from './mcp/legacy/sessions.ts'
import { createPools } from './net/pools.ts'
import { createAnswerWatch } from './observe-answers.ts'
import { createExchangeObserver } from './observe-exchange.ts'
import type { Log } from './observe/log.ts'
import type { Metrics } from './observe/metrics.ts'
import { createExporter } from './observe/otlp/exporter.ts'
import { createTraces, type Traces } from './observe/traces.ts'
import type { State } from './open-state.ts'
import { openSealingKeys } from './secrets/sealing-keys.ts'
import { createSeals } from './secrets/seals.ts'
import type { Shared } from './shared.ts'
import { systemClock, type Clock } from './system/clock.ts'
import { createPressure } from './system/pressure.ts'

export type SharedParts = Pick<Shared, 'authorize' | 'port' | 'version'> & {
  readonly state: State
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  /** What runs now. */
  readonly config: () => Config
  /** Gets what has to be closed again, last first. */
  readonly closers: (() => unknown)[]
}

export async function composeShared(parts: SharedParts): Promise<Shared> {
  const { state, clock, log, metrics, config, closers, authorize, port, version } = parts
  const { store, audit, secrets, fetch } = state
  const streams = createOpenStreams()
  // How late the loop is shows on the clock that its timers run by.
  const pressure = createPressure(() => config().shedding, { clock: systemClock })
  closers.push(() => pressure.close())
  const gates = meteredGates(clock, metrics)
  closers.push(() => gates.close())
  const { traces, observe } = composeObserving(parts)
  const approvals = composeApprovals({ store, clock, audit, fetch, secrets, log, metrics, config })
  closers.push(() => approvals.close())
  await approvals.access.refresh()
  const seals = createSeals(openSealingKeys(join(config().stateFolder, 'seals'), clock))
  const unawaited = metrics
    .counter('sallyport_unawaited_responses', 'responses of clients that nobody waits for', [])
    .with()
  return {
    ...state,
    clock,
    log,
    keyCaches: new Map(),
    seals,
    pools: createPools({ clock }),
    streams,
    sessions: createSessions({ seals, store, clock, unawaited: () => unawaited.inc() }),
    budgets: meteredBudgets(clock, metrics),
    gates,
    largeAnswers: createLargeAnswers(() => config().limits),
    pressure,
    approvals,
    authorize,
    traces,
    observe,
    port,
    version,
  }
}

function composeObserving({
  state: { fetch, secrets },
  clock,
  log,
  metrics,
  config,
  closers,
  version,
}: SharedParts): { readonly traces: Traces; readonly observe: Shared['observe'] } {
  const answers = createAnswerWatch(log, metrics)
  closers.push(() => answers.close())
  const settings = () => config().traces
  const exporter = createExporter({
    settings,
    version,
    fetch,
    secret: async (reference) => (await secrets.resolve(reference)).value,
    log,
    metrics,
  })
  closers.push(() => exporter.close())
  const traces = createTraces(settings, exporter, clock)
  return { traces, observe: createExchangeObserver({ log, metrics, clock, answers, traces }) }
}

function meteredBudgets(clock: Clock, metrics: Metrics): Budgets {
  const refused = metrics.counter('sallyport_rate_limited', 'refused for a spent limit', ['limit'])
  const budgets = createBudgets(clock, (name) => refused.with(name).inc())
  metrics.gauge('sallyport_rate_limit_keys', 'keys with a budget', budgets.sizes, ['limit'])
  return budgets
}
