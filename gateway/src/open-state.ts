// What survives a restart, opened: the audit log and what leaves it, the store, and what is read of it again and again;
// with the secrets and the guarded fetch that these need. Like app.ts it may name implementations.
import { join } from 'node:path'
import { createAudit } from './audit/audit.ts'
import { startPublishing, type Publishing } from './audit/publish/publish.ts'
import { createSwitches } from './authorize/switches/switches.ts'
import type { Environment } from './config/environment.ts'
import type { Loaded } from './config/load.ts'
import type { Config } from './config/schema.ts'
import { createDenyList } from './identify/deny-list.ts'
import { createGuardedFetch } from './net/guarded-fetch.ts'
import type { Outward } from './net/outward.ts'
import type { Health } from './observe/health.ts'
import type { Log } from './observe/log.ts'
import type { Metrics } from './observe/metrics.ts'
import { createReading } from './observe/reading.ts'
import { fetchOn, readOutwards } from './outward.ts'
import { reportRelaxed } from './report-relaxed.ts'
import { createSecrets } from './secrets/resolve.ts'
import type { Shared } from './shared.ts'
import { openStateFolder } from './state-folder.ts'
import { createSqliteStore } from './store/sqlite/sqlite.ts'
import { takeHold } from './store/sqlite/take-hold.ts'
import type { Clock } from './system/clock.ts'

export type State = Pick<
  Shared,
  | 'audit'
  | 'ownLog'
  | 'publishing'
  | 'note'
  | 'store'
  | 'denyList'
  | 'switches'
  | 'secrets'
  | 'fetch'
>

export type StateParts = {
  readonly clock: Clock
  readonly log: Log
  readonly health: Health
  readonly metrics: Metrics
  readonly environment: Environment
  readonly version: string
  /** The way out of the configuration that runs; `undefined` before one does. */
  readonly wayOut: () => Outward | undefined
  readonly readAgainMs: number | undefined
  /** Gets what has to be closed again, last first, also where opening fails half-way. */
  readonly closers: (() => unknown)[]
}

export async function openState(
  { config, digest }: Pick<Loaded, 'config' | 'digest'>,
  parts: StateParts,
): Promise<State> {
  const { clock, log, health, metrics, environment, version, closers } = parts
  const relaxed = openStateFolder(config.stateFolder)
  // Opened first and closed last: the log's last checkpoint goes through it.
  const guarded = createGuardedFetch()
  closers.push(() => guarded.close())

  const audit = await openAudit(config, parts)
  let publishing: Publishing | undefined
  closers.push(async () => {
    await audit.close()
    await publishing?.finish()
  })
  const note: Shared['note'] = (kind, detail) =>
    void audit.event(kind, detail).catch(() => undefined)
  await audit.event('boot', { version, config: digest, node: process.version })
  await reportRelaxed(relaxed, { log, audit })
  const rows = await openStore(config, parts)

  const secrets = createSecrets({ clock, environment, onRead: (read) => note('secret_read', read) })
  const { all: firstWay } = await readOutwards(config, secrets)
  const fetch = fetchOn(guarded, () => parts.wayOut() ?? firstWay)
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
  const ownLog = { name: audit.own.name, erase: audit.erase }
  return { audit, ownLog, publishing, note, ...rows, secrets, fetch }
}

async function openAudit(config: Config, { clock, log, health }: StateParts) {
  const check = health.check('audit')
  const onHealth = (healthy: boolean): void =>
    healthy ? check.up() : check.down('the log cannot be written')
  const settings = { ...config.audit, folder: join(config.stateFolder, 'audit') }
  const audit = await createAudit(settings, { clock, log, takeHold, onHealth })
  check.up()
  return audit
}

async function openStore(
  { stateFolder }: Config,
  { clock, log, health, readAgainMs, closers }: StateParts,
): Promise<Pick<Shared, 'store' | 'denyList' | 'switches'>> {
  const store = await createSqliteStore({ path: join(stateFolder, 'state.sqlite') }, clock)
  closers.push(() => store.close())
  const check = health.check('store')
  const reading = createReading(check, log)
  const denyList = createDenyList(store, clock, reading('the list of revocations'), readAgainMs)
  closers.push(() => denyList.close())
  const disabled = reading('the list of what is disabled')
  const switches = createSwitches(store, clock, disabled, readAgainMs)
  closers.push(() => switches.close())
  await Promise.all([denyList.refresh(), switches.refresh()])
  check.up()
  return { store, denyList, switches }
}
