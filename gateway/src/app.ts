// The composition root of one process: what outlives a configuration is made here, and the listeners. What one
// configuration makes is generation.ts; how a new one takes over is reload.ts.
import { join } from 'node:path'
import { listenAdmin } from './admin/admin.ts'
import { createOperator } from './admin/operator.ts'
import { createAudit } from './audit/audit.ts'
import { startPublishing, type Publishing } from './audit/publish/publish.ts'
import { createBudgets, type Budgets } from './authorize/limits/limits.ts'
import { createSwitches } from './authorize/switches/switches.ts'
import { meteredGates } from './call/gate/metered-gates.ts'
import { createLargeAnswers } from './call/large-answers.ts'
import { createOpenStreams } from './call/open-streams.ts'
import { composeApprovals } from './compose-approvals.ts'
import type { Environment } from './config/environment.ts'
import type { Loaded } from './config/load.ts'
import { watchContent } from './config/watch.ts'
import { drain, type Successor } from './drain.ts'
import { operatorParts } from './operator-parts.ts'
import { Fault } from './fault.ts'
import { createGeneration, type Generation } from './generation.ts'
import { startHousekeeping } from './housekeeping.ts'
import { createDenyList } from './identify/deny-list.ts'
import { createInboundServer } from './in/server.ts'
import { createSessions } from './mcp/legacy/sessions.ts'
import { createGuardedFetch } from './net/guarded-fetch.ts'
import { createPools } from './net/pools.ts'
import { createAnswerWatch } from './observe-answers.ts'
import { createExchangeObserver } from './observe-exchange.ts'
import { createHealth } from './observe/health.ts'
import { createReading } from './observe/reading.ts'
import { createLog, type Log, type LogStream } from './observe/log.ts'
import { createMetrics, type Metrics } from './observe/metrics.ts'
import { listenOperations } from './observe/operations-server.ts'
import { createExporter } from './observe/otlp/exporter.ts'
import { addProcessMetrics } from './observe/process-metrics.ts'
import { createTraces } from './observe/traces.ts'
import { writeFault } from './out/fault.ts'
import { rawAnswer } from './out/raw-answer.ts'
import { authorityFiles, fetchOn, readOutwards } from './outward.ts'
import { createReload, type ReloadReport } from './reload.ts'
import { reportRelaxed } from './report-relaxed.ts'
import { createSecrets } from './secrets/resolve.ts'
import { openSealingKeys } from './secrets/sealing-keys.ts'
import { createSeals } from './secrets/seals.ts'
import { readTlsMaterial } from './secrets/tls-material.ts'
import type { Shared } from './shared.ts'
import { openStateFolder } from './state-folder.ts'
import { takeHold } from './store/sqlite/take-hold.ts'
import { orderDrain } from './take-over.ts'
import { createSqliteStore } from './store/sqlite/sqlite.ts'
import { systemClock, type Clock } from './system/clock.ts'
import { randomId } from './system/ids.ts'
import { listenAt } from './system/listen.ts'
import { createPressure } from './system/pressure.ts'

const VERSION = '0.1.0'

export type Gateway = {
  /** Port of the data plane. */
  readonly port: number
  readonly operationsPort: number
  /** Path of the operator's socket. */
  readonly adminSocket: string
  /** Every target was asked once, and the policies decide on what came. Never rejects. */
  readonly described: Promise<void>
  /** Reads configuration and policies again. */
  readonly reload: () => Promise<ReloadReport>
  /** Resolves when another process has taken its place: it is to be closed. */
  readonly followed: Promise<void>
  /** Drains and closes; milliseconds, defaults as in drain.ts. */
  readonly close: (patience?: { serveOnMs?: number; finishMs?: number }) => Promise<void>
}

export type StartOptions = {
  readonly loaded: Loaded
  readonly environment: Environment
  /** Where the log goes. */
  readonly stream: LogStream
  readonly clock?: Clock
  /** Takes the place of the gateway that runs on the same state folder and ports. */
  readonly takeOver?: boolean
  /** How often it is looked what other processes revoked and disabled; default: every ten seconds. */
  readonly readAgainMs?: number
}

/** What has to be closed again, last opened first. */
type Closers = (() => unknown)[]

/** Resolves when the gateway is ready; rejects, with everything closed again, where it cannot run. */
export async function startGateway(options: StartOptions): Promise<Gateway> {
  const closers: Closers = []
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close()
  }
  try {
    return await compose(options, closers, closeAll)
  } catch (error) {
    await closeAll()
    throw error
  }
}

async function compose(
  { loaded, environment, stream, clock = systemClock, takeOver = false, readAgainMs }: StartOptions,
  closers: Closers,
  closeAll: () => Promise<void>,
): Promise<Gateway> {
  const { config } = loaded
  const log = createLog({ level: config.log.level, stream, clock })
  const relaxed = openStateFolder(config.stateFolder)
  const health = createHealth((report) => reportHealth(log, report))
  const metrics = createMetrics()
  closers.push(addProcessMetrics(metrics))

  // Opened first and closed last: the log's last checkpoint goes through it.
  const guarded = createGuardedFetch()
  closers.push(() => guarded.close())

  const auditCheck = health.check('audit')
  const audit = await createAudit(
    { ...config.audit, folder: join(config.stateFolder, 'audit') },
    {
      clock,
      log,
      takeHold,
      onHealth: (healthy) =>
        healthy ? auditCheck.up() : auditCheck.down('the log cannot be written'),
    },
  )
  auditCheck.up()
  let generation: Generation | undefined
  let publishing: Publishing | undefined
  closers.push(async () => {
    await audit.close()
    await publishing?.finish()
  })
  const note: Shared['note'] = (kind, detail) =>
    void audit.event(kind, detail).catch(() => undefined)
  await audit.event('boot', { version: VERSION, config: loaded.digest, node: process.version })

  await reportRelaxed(relaxed, { log, audit })

  const store = await createSqliteStore({ path: join(config.stateFolder, 'state.sqlite') }, clock)
  closers.push(() => store.close())
  const storeCheck = health.check('store')
  const reading = createReading(storeCheck, log)
  const denyList = createDenyList(store, clock, reading('the list of revocations'), readAgainMs)
  closers.push(() => denyList.close())
  const switches = createSwitches(
    store,
    clock,
    reading('the list of what is disabled'),
    readAgainMs,
  )
  closers.push(() => switches.close())
  await Promise.all([denyList.refresh(), switches.refresh()])
  storeCheck.up()

  const secrets = createSecrets({ clock, environment, onRead: (read) => note('secret_read', read) })
  const { all: firstWay } = await readOutwards(config, secrets)
  const fetch = fetchOn(guarded, () => generation?.outwards.all ?? firstWay)
  publishing = await startPublishing(config.audit, {
    own: audit.own,
    clock,
    log,
    metrics,
    health: health.check('checkpoints'),
    takeHold,
    note,
    fetch,
    secret: async (reference) => (await secrets.resolve(reference)).value,
  })
  const tls = config.listen.tls && (await readTlsMaterial(config.listen.tls, secrets))

  // The listener opens first, so that a port taken by chance is known; until all is ready it answers 503.
  const listener = createInboundServer({
    tls: tls && { cert: tls.certificate, key: tls.key },
    ...config.limits,
    rawAnswer: (code) => rawAnswer(code, randomId()),
    onRequest(request, response) {
      if (generation) return generation.handle(request, response)
      const starting = new Fault('gateway.starting', 'not ready yet')
      writeFault(response, starting, { requestId: randomId(), origin: undefined })
    },
  })
  closers.push(() => listener.close())
  // Who takes over is ready before a connection comes in: the former one serves until then.
  const port = takeOver ? config.listen.port : await listenAt(listener.server, config.listen)

  const streams = createOpenStreams()
  // How late the loop is shows on the clock that its timers run by.
  const pressure = createPressure(() => (generation?.config ?? config).shedding, {
    clock: systemClock,
  })
  closers.push(() => pressure.close())
  const gates = meteredGates(clock, metrics)
  closers.push(() => gates.close())
  const answers = createAnswerWatch(log, metrics)
  closers.push(() => answers.close())
  const tracing = () => (generation?.config ?? config).traces
  const exporter = createExporter({
    settings: tracing,
    version: VERSION,
    fetch,
    secret: async (reference) => (await secrets.resolve(reference)).value,
    log,
    metrics,
  })
  closers.push(() => exporter.close())
  const traces = createTraces(tracing, exporter, clock)
  const observe = createExchangeObserver({ log, metrics, clock, answers, traces })
  const approvals = composeApprovals({
    store,
    clock,
    audit,
    fetch,
    secrets,
    log,
    metrics,
    config: () => generation?.config ?? config,
  })
  closers.push(() => approvals.close())
  await approvals.access.refresh()
  const seals = createSeals(openSealingKeys(join(config.stateFolder, 'seals'), clock))
  const unawaited = metrics
    .counter('sallyport_unawaited_responses', 'responses of clients that nobody waits for', [])
    .with()
  const shared: Shared = {
    clock,
    log,
    audit,
    ownLog: { name: audit.own.name, erase: audit.erase },
    publishing,
    note,
    store,
    denyList,
    switches,
    keyCaches: new Map(),
    secrets,
    seals,
    fetch,
    pools: createPools({ clock }),
    streams,
    sessions: createSessions({
      seals,
      store,
      clock,
      unawaited: () => unawaited.inc(),
    }),
    budgets: meteredBudgets(clock, metrics),
    gates,
    largeAnswers: createLargeAnswers(() => (generation?.config ?? config).limits),
    pressure,
    approvals,
    authorize: () => generation?.authorize,
    traces,
    observe,
    port: () => port,
    version: VERSION,
  }
  generation = await createGeneration(config, shared)
  closers.push(() => generation?.close())
  const running = () => generation as Generation
  const reload = createReload({ loaded, generation }, environment, shared, (next) => {
    generation = next
  })

  closers.push(
    startHousekeeping({
      shared,
      health,
      metrics,
      listener,
      tls: config.listen.tls,
      certificate: tls?.version,
      running,
    }),
  )
  if (takeOver) await listenAt(listener.server, config.listen, takeOver)
  const operations = await listenOperations({ ...config.operations, health, metrics, takeOver })
  closers.push(() => operations.close())
  const adminSocket = join(config.stateFolder, 'admin.sock')
  if (takeOver) await orderDrain(adminSocket, log)
  const followed = Promise.withResolvers<void>()
  let successor: Successor | undefined
  const operator = createOperator({
    ...operatorParts({ shared, health, running, reload }),
    drain() {
      successor = { closeOperations: () => operations.close() }
      followed.resolve()
    },
  })
  const admin = await listenAdmin(adminSocket, operator)
  closers.push(() => admin.close())
  const watch = await watchContent({
    paths: () => {
      const { config: now } = running()
      return [loaded.file, now.policies.folder, ...authorityFiles(now)]
    },
    changed: async () => void (await reload()),
    failed: (error) => log.error({ err: error }, 'the reload failed'),
  })
  closers.push(() => watch.close())
  log.info(
    { port, operations: operations.port, publicUrl: config.publicUrl },
    'the gateway is ready',
  )

  return {
    port,
    operationsPort: operations.port,
    adminSocket: admin.path,
    described: generation.described,
    reload,
    followed: followed.promise,
    async close(patience) {
      await drain({ health, listener, streams, log, successor }, patience)
      await closeAll()
    },
  }
}

function meteredBudgets(clock: Clock, metrics: Metrics): Budgets {
  const refused = metrics.counter('sallyport_rate_limited', 'refused for a spent limit', ['limit'])
  const budgets = createBudgets(clock, (name) => refused.with(name).inc())
  metrics.gauge('sallyport_rate_limit_keys', 'keys with a budget', budgets.sizes, ['limit'])
  return budgets
}

function reportHealth(
  log: Log,
  { name, state, reason }: { name: string; state: string; reason: string | undefined },
): void {
  if (state === 'up') log.info({ check: name, state }, 'health')
  else log.warn({ check: name, state, reason }, 'health')
}
