// What of the log leaves this process (policy-audit §2.3, §2.6): checkpoints, signed by somebody else; anchors that keep
// them; sinks that get every record. All of it follows the files: no call waits for it, and what is late is said.
import type { Clock } from '../../system/clock.ts'
import type { HealthCheck } from '../../observe/health.ts'
import type { Log } from '../../observe/log.ts'
import type { Metrics } from '../../observe/metrics.ts'
import type { OwnLog } from '../audit.ts'
import type { TakeHold } from '../log-folder.ts'
import type { RecordKind } from '../record.ts'
import type { AuditConfig } from '../settings.ts'
import { createAnchor } from './anchors.ts'
import { createCheckpointer, type Checkpointer } from './checkpointer.ts'
import { followLog, type FollowerState, type FollowParts, type Who } from './follow-log.ts'
import type { FollowedLog } from './followed-log.ts'
import { followFormer } from './former-logs.ts'
import { openKeyRing, type NewKey } from './key-ring.ts'
import type { SendParts } from './send.ts'
import { createMissed } from './missed.ts'
import { createSignerClient } from './signer-client.ts'
import { createSink } from './sinks.ts'

export type PublishParts = SendParts & {
  readonly own: OwnLog
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly health: HealthCheck
  readonly takeHold: TakeHold
  /** Records what happened; that it could not shows in the health of the log. */
  readonly note: (kind: RecordKind, detail: Readonly<Record<string, unknown>>) => void
}

export type Publishing = {
  /** For the operator: who has how much, and what is missing. */
  readonly status: () => {
    readonly log: string
    readonly records: number
    readonly findings: readonly string[]
    readonly followers: readonly FollowerState[]
  }
  /** After the last record: signs, and gives everybody what they lack, within so much time. */
  readonly finish: () => Promise<void>
}

const LOOK_MS = 250
const PATIENCE_MS = 5000

export async function startPublishing(
  settings: AuditConfig,
  parts: PublishParts,
): Promise<Publishing> {
  const { own, clock, log, health, note } = parts
  const keys = openKeyRing(own.folder)
  const signer = settings.signer && createSignerClient(settings.signer.socket)
  const onKeys = async (learned: readonly NewKey[]): Promise<void> => {
    for (const { key, statement, vouched } of learned) {
      if (!vouched) log.error({ key }, 'a checkpoint key that no former key vouches for')
      note('key_changed', { key, vouched, ...(statement === undefined ? {} : { statement }) })
    }
  }
  const anchors = entries(settings.anchors, (anchor) => createAnchor(anchor, parts))
  const sinks = entries(settings.sinks, (sink) => createSink(sink, parts))
  const missed = createMissed(parts)
  const follow = async (followed: FollowedLog, onChange: FollowParts['onChange']) => {
    const checkpointer: Checkpointer | undefined =
      signer && (await createCheckpointer(followed, { signer, keys, onKeys }))
    const { everyRecords, everySeconds } = settings.checkpoint
    const everyMs = everySeconds * 1000
    const common = { clock, checkpointer, everyRecords, everyMs, anchors, sinks, onChange }
    const onGone = missed.of(followed.name)
    return followLog(followed, {
      ...common,
      onGone: (...gone) => {
        onGone(...gone)
        judge()
      },
    })
  }
  const following = await follow(own, (who, failing) => {
    const detail = { of: who.id, ...(failing === undefined ? {} : { failing }) }
    if (failing === undefined) log.info(detail, WORKS[who.kind])
    else log.warn(detail, FAILS[who.kind])
    if (who.kind !== 'sink') note(who.kind, { ...detail, state: failing ? 'late' : 'again' })
    judge()
  })
  const former = followFormer(
    own,
    parts.takeHold,
    async (left) => {
      const ending = await follow(left, ({ kind, id }, failing) => {
        if (failing !== undefined) log.error({ log: left.name, of: id, failing }, FAILS[kind])
      })
      const done = await ending.finish()
      ending.stop()
      return done
    },
    (name, error) => log.error({ err: error, log: name }, 'a former log cannot be signed or sent'),
  )

  const findings = (): readonly string[] => [
    ...(signer === undefined ? ['no signer is configured: there are no checkpoints'] : []),
    ...(anchors.size === 0 ? ['no anchor is configured: nobody else has seen a checkpoint'] : []),
    ...following
      .states()
      .flatMap(({ kind, id, failing }) =>
        failing === undefined ? [] : [`${kind} \`${id}\` is late: ${failing}`],
      ),
    ...missed.findings(),
  ]
  const judge = (): void => {
    const found = findings()
    if (found.length === 0) health.up()
    else health.degraded(found.join('; '))
  }
  judge()
  addMetrics(parts.metrics, following.states)
  const timer = setInterval(following.look, LOOK_MS).unref()

  return {
    status: () => ({
      log: own.name,
      records: own.records(),
      findings: findings(),
      followers: following.states(),
    }),
    finish: async () => {
      clearInterval(timer)
      former.end()
      let patience: NodeJS.Timeout | undefined
      const late = new Promise<false>((resolve) => {
        patience = setTimeout(() => resolve(false), PATIENCE_MS)
      })
      const done = await Promise.race([following.finish(), late])
      clearTimeout(patience)
      following.stop()
      if (!done) log.warn(detailOf(following.states()), 'the next start signs and sends the rest')
    },
  }
}

const FAILS: Readonly<Record<Who['kind'], string>> = {
  checkpoint: 'checkpoints are late',
  anchor: 'an anchor does not get the checkpoints',
  sink: 'a sink does not get the records',
}
const WORKS: Readonly<Record<Who['kind'], string>> = {
  checkpoint: 'checkpoints are signed again',
  anchor: 'an anchor gets the checkpoints again',
  sink: 'a sink gets the records again',
}

function addMetrics(metrics: Metrics, states: () => readonly FollowerState[]): void {
  const rows = (of: FollowerState['kind'], value: (state: FollowerState) => number) => () =>
    states()
      .filter(({ kind }) => kind === of)
      .map((state) => [[state.id], value(state)] as const)
  metrics.gauge(
    'sallyport_audit_sink_lag_records',
    'records that a sink does not have yet',
    rows('sink', ({ behind }) => behind),
    ['sink'],
  )
  metrics.gauge(
    'sallyport_audit_sink_lag_seconds',
    'how long the oldest of them has waited',
    rows('sink', ({ lagMs }) => lagMs / 1000),
    ['sink'],
  )
  metrics.gauge(
    'sallyport_audit_unsigned_records',
    'records that no checkpoint covers yet',
    rows('checkpoint', ({ behind }) => behind),
    ['signer'],
  )
  metrics.gauge(
    'sallyport_audit_anchor_lag_records',
    'records of the last checkpoint that an anchor does not have yet',
    rows('anchor', ({ behind }) => behind),
    ['anchor'],
  )
}

function entries<Settings, Made>(
  of: Readonly<Record<string, Settings>>,
  make: (settings: Settings) => Made,
): ReadonlyMap<string, Made> {
  return new Map(Object.entries(of).map(([id, settings]) => [id, make(settings)]))
}

function detailOf(states: readonly FollowerState[]): Readonly<Record<string, number>> {
  return Object.fromEntries(states.map(({ id, behind }) => [id, behind]))
}
