// F-13: the disk of the log is full, for real: a tmpfs that holds the reserve and little more. No call goes out that the
// log does not have, the end of the process still fits, and all goes on by itself when space returns. Needs root.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { verifyLog } from '@sallyport/gateway/audit/verify.ts'
import { callsIn } from './audit-log.ts'
import { idsAtTarget, KEEPS_IDS, writeRecord } from './load.ts'
import { readiness } from './operations.ts'
import { inProcessWorld, type ProcessWorld } from './process-world.ts'
import type { Finding, PromiseScript } from './promise.ts'

const MIB = 1024 * 1024
/** Room for records beside the reserve. */
const BESIDE_MIB = 1
/** Taken at first: the space that returns. */
const FILLED_MIB = 16
const RECOVERY_MS = 5000
const AT_ONCE = 32
const MOST_CALLS = 20_000
const DRAIN_MS = 60_000

export const promise: PromiseScript = {
  id: 'F-13',
  title: 'the disk of the audit log is full',
  run: ({ short }) => {
    const reserveMib = short ? 16 : 64
    const yaml = `audit: { reserveBytes: ${reserveMib * MIB} }`
    return inProcessWorld({ targetSettings: KEEPS_IDS, yaml }, (world) =>
      onSmallDisk(world, reserveMib + BESIDE_MIB + FILLED_MIB, () => fillTwice(world)),
    )
  },
}

async function onSmallDisk<Result>(
  { auditFolder }: ProcessWorld,
  mib: number,
  use: () => Promise<Result>,
): Promise<Result> {
  mkdirSync(auditFolder, { recursive: true, mode: 0o700 })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m,mode=700`, 'tmpfs', auditFolder])
  try {
    return await use()
  } finally {
    // Lazily: a gateway that still runs has files open on it.
    execFileSync('umount', ['-l', auditFolder])
  }
}

async function fillTwice(world: ProcessWorld): Promise<readonly Finding[]> {
  const filler = join(world.auditFolder, 'filler')
  const fill = () => writeFileSync(filler, Buffer.alloc(FILLED_MIB * MIB, 1))
  fill()
  const gateway = await world.start()
  const first = await callUntilFull(world)
  const { status } = await readiness(gateway.operationsPort)
  const refused = await callMore(world, 200)
  rmSync(filler)
  const recoveredMs = await recovery(world)

  fillWhatIsFree(filler)
  const second = await callUntilFull(world)
  gateway.signal('SIGTERM')
  const ended = await Promise.race([gateway.ended, wait(DRAIN_MS)])
  return [
    {
      what: 'a tmpfs of the reserve and 1 MiB, full',
      seen: `after ${first} calls: ${refused.refused} of ${refused.calls} refused with 503, ${refused.reached} reached the target, readiness ${status}`,
      promised: 'all refused, none at the target, not ready',
      kept:
        first > 0 && refused.refused === refused.calls && refused.reached === 0 && status === 503,
    },
    {
      what: 'recovery once there is space',
      seen: `${recoveredMs} ms`,
      promised: `by itself, ≤ ${RECOVERY_MS} ms`,
      kept: recoveredMs <= RECOVERY_MS,
    },
    ...(await afterwards(world, second, ended?.code)),
  ]
}

/** Calls that were answered before one was refused, and 100 more did not get through either. */
async function callUntilFull(world: ProcessWorld): Promise<number> {
  for (let answered = 0; answered < MOST_CALLS;) {
    const { calls, refused } = await callMore(world, AT_ONCE)
    answered += calls - refused
    if (refused === calls) return answered
  }
  throw new Error(`the disk is not full after ${MOST_CALLS} calls`)
}

async function callMore(world: ProcessWorld, calls: number) {
  const before = idsAtTarget(world).length
  const token = world.token()
  const answers = await Promise.all(Array.from({ length: calls }, () => writeRecord(world, token)))
  const refused = answers.filter(({ status }) => status === 503).length
  return { calls, refused, reached: idsAtTarget(world).length - before }
}

async function recovery(world: ProcessWorld): Promise<number> {
  const startedMs = performance.now()
  const token = world.token()
  while ((await writeRecord(world, token)).status !== 200) {
    if (performance.now() - startedMs > 2 * RECOVERY_MS) return Number.POSITIVE_INFINITY
    await wait(20)
  }
  return Math.round(performance.now() - startedMs)
}

function fillWhatIsFree(filler: string): void {
  try {
    writeFileSync(filler, Buffer.alloc(4 * FILLED_MIB * MIB, 1))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}

async function afterwards(
  world: ProcessWorld,
  second: number,
  code: number | null | undefined,
): Promise<readonly Finding[]> {
  const { auditFolder } = world
  const records = world.audit()
  const { intents, outcomes } = callsIn(auditFolder)
  const intended = new Set(intents.map(({ id }) => id))
  const reached = idsAtTarget(world)
  const without = reached.filter((id) => !intended.has(id)).length
  const open = intents.filter(({ key }) => outcomes.get(key)?.length !== 1).length
  const told = records.filter(({ kind, full }) => kind === 'recovery' && full === true).length
  const closed = !readdirSync(auditFolder).some((name) => name.endsWith('.lock'))
  const { ok, findings } = await verifyLog(auditFolder)
  return [
    {
      what: 'unaudited calls',
      seen: `${without} of ${reached.length} calls at the target lack an intent, ${open} intents lack their one outcome`,
      promised: '0 and 0',
      kept: without === 0 && open === 0,
    },
    {
      what: 'SIGTERM while the disk is full',
      seen: `exit ${code}, log ${closed ? 'closed' : 'left open'}, last record ${String(records.at(-1)?.['kind'])}, full recorded ${told} times (${second} calls before)`,
      promised: 'exit 0, closed with shutdown, both times recorded',
      kept: code === 0 && closed && records.at(-1)?.['kind'] === 'shutdown' && told === 2,
    },
    {
      what: 'the log afterwards',
      seen: ok ? 'verified' : findings.map(({ code: of, what }) => `${of}: ${what}`).join('; '),
      promised: 'verified',
      kept: ok,
    },
  ]
}
