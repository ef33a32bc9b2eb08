// The composition root of one process: opens its state, its listeners and its first generation, in this order, and
// closes them in the other. What outlives a configuration is compose-shared.ts, what one configuration makes is
// generation.ts; how a new one takes over is reload.ts.
import { join } from 'node:path'
import { listenAdmin } from './admin/admin.ts'
import { createOperator } from './admin/operator.ts'
import { composeShared } from './compose-shared.ts'
import type { Environment } from './config/environment.ts'
import type { Loaded } from './config/load.ts'
import type { Config } from './config/schema.ts'
import { watchContent } from './config/watch.ts'
import { drain, type Successor } from './drain.ts'
import { Fault } from './fault.ts'
import { createGeneration, type Generation } from './generation.ts'
import { startHousekeeping } from './housekeeping.ts'
import { createInboundServer, type InboundServer } from './in/server.ts'
import { createHealth } from './observe/health.ts'
import { createLog, type Log, type LogStream } from './observe/log.ts'
import { createMetrics } from './observe/metrics.ts'
import { listenOperations } from './observe/operations-server.ts'
import { addProcessMetrics } from './observe/process-metrics.ts'
import { openState } from './open-state.ts'
import { operatorParts } from './operator-parts.ts'
import { writeFault } from './out/fault.ts'
import { rawAnswer } from './out/raw-answer.ts'
import { authorityFiles } from './outward.ts'
import { createReload, type ReloadReport } from './reload.ts'
import { readTlsMaterial, type TlsMaterial } from './secrets/tls-material.ts'
import { systemClock, type Clock } from './system/clock.ts'
import { randomId } from './system/ids.ts'
import { listenAt } from './system/listen.ts'
import { orderDrain } from './take-over.ts'

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
  const health = createHealth((report) => reportHealth(log, report))
  const metrics = createMetrics()
  closers.push(addProcessMetrics(metrics))
  let generation: Generation | undefined
  const state = await openState(loaded, {
    clock,
    log,
    health,
    metrics,
    environment,
    version: VERSION,
    wayOut: () => generation?.outwards.all,
    readAgainMs,
    closers,
  })
  const tls = config.listen.tls && (await readTlsMaterial(config.listen.tls, state.secrets))

  // The listener opens before all else is ready, so that a port taken by chance is known.
  const listener = createListener(config, tls, () => generation)
  closers.push(() => listener.close())
  // Who takes over is ready before a connection comes in: the former one serves until then.
  const port = takeOver ? config.listen.port : await listenAt(listener.server, config.listen)

  const shared = await composeShared({
    state,
    clock,
    log,
    metrics,
    config: () => generation?.config ?? config,
    authorize: () => generation?.authorize,
    port: () => port,
    version: VERSION,
    closers,
  })
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
      await drain({ health, listener, streams: shared.streams, log, successor }, patience)
      await closeAll()
    },
  }
}

/** Until all is ready it answers 503. */
function createListener(
  { limits }: Config,
  tls: TlsMaterial | undefined,
  running: () => Generation | undefined,
): InboundServer {
  return createInboundServer({
    tls: tls && { cert: tls.certificate, key: tls.key },
    ...limits,
    rawAnswer: (code) => rawAnswer(code, randomId()),
    onRequest(request, response) {
      const generation = running()
      if (generation) return generation.handle(request, response)
      const starting = new Fault('gateway.starting', 'not ready yet')
      writeFault(response, starting, { requestId: randomId(), origin: undefined })
    },
  })
}

function reportHealth(
  log: Log,
  { name, state, reason }: { name: string; state: string; reason: string | undefined },
): void {
  if (state === 'up') log.info({ check: name, state }, 'health')
  else log.warn({ check: name, state, reason }, 'health')
}
