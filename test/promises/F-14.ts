// F-14: the process dies between call and record, or the disk is slow or full. No call may be at the target whose intent
// is not on the disk, and every intent gets an outcome in the end.
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { verifyLog } from '@sallyport/gateway/audit/verify.ts'
import { callsIn } from './audit-log.ts'
import { logFiles, troubledDisk } from './disk-faults.ts'
import { idsAtTarget, KEEPS_IDS, startLoad } from './load.ts'
import { inProcessWorld, type ProcessWorld } from './process-world.ts'
import { startProgress } from './progress.ts'
import type { Finding, PromiseScript } from './promise.ts'
import type { GatewayProcess } from './start-process.ts'
import { traceDisk, type TracedDisk } from './traced-disk.ts'

const CALLERS = 12
/** How long the target takes, so that calls are under way when the process dies. */
const TARGET_MS = 10
const MOST_CALLS = 80
const LATE_EVERY = 3
const PATIENCE_MS = 2000
const KILLS = 1000
const SHORT_KILLS = 10
const LONGEST_MS = 150 * 60_000

export const promise: PromiseScript = {
  id: 'F-14',
  title: 'the process dies between call and record',
  run: async ({ short }) => {
    const settings = { targetSettings: KEEPS_IDS }
    return [
      ...(await inProcessWorld(settings, (world) => killed(world, short ? SHORT_KILLS : KILLS))),
      ...(await inProcessWorld(settings, (world) => troubledDisk(world, short))),
    ]
  },
}

async function killed(world: ProcessWorld, times: number): Promise<readonly Finding[]> {
  world.target.behave({ beforeHeadMs: TARGET_MS })
  let answered = 0
  let time = 0
  const progress = startProgress('F-14', times, LONGEST_MS)
  for (let more = true; more && time < times; time++) {
    const gateway = await world.start()
    // Where writes are late, a call that did not wait for them would be seen.
    const disk = time % LATE_EVERY === 0 ? await lateDisk(world, gateway) : undefined
    const load = startLoad(world, CALLERS)
    await someCalls(world, randomInt(1, MOST_CALLS))
    await gateway.kill()
    await load.end()
    await disk?.detach()
    answered += load.answered()
    more = progress.tick()
  }
  await (await world.start()).kill()
  return judge(world, time, answered)
}

function lateDisk(world: ProcessWorld, { pid }: GatewayProcess): Promise<TracedDisk> {
  return traceDisk(pid, logFiles(world), 'late', join(world.folder, 'strace-late'))
}

/** Resolves at a moment of its own choosing: in the middle of whatever the process does after so many calls. */
async function someCalls({ target }: ProcessWorld, count: number): Promise<void> {
  const before = target.recording.exchanges.length
  const deadline = performance.now() + PATIENCE_MS
  while (target.recording.exchanges.length < before + count && performance.now() < deadline) {
    await wait(1)
  }
}

async function judge(
  world: ProcessWorld,
  times: number,
  answered: number,
): Promise<readonly Finding[]> {
  const { intents, outcomes } = callsIn(world.auditFolder)
  const reached = idsAtTarget(world)
  const intended = new Set(intents.map(({ id }) => id))
  const without = reached.filter((id) => !intended.has(id)).length
  const orphans = intents.filter(({ key }) => !outcomes.get(key)?.some(({ own }) => own))
  const closed = orphans.filter(({ key }) => {
    const found = outcomes.get(key) ?? []
    return found.length === 1 && found[0]?.class === 'unclear'
  }).length
  const { ok, findings } = await verifyLog(world.auditFolder)
  return [
    {
      what: `kill -9 × ${times} under load`,
      seen: `${without} of ${reached.length} calls at the target lack an intent`,
      promised: '0',
      kept: without === 0 && answered > 0 && reached.length >= answered,
    },
    {
      what: 'orphans at the next boot',
      seen: `${closed} of ${orphans.length} closed as unclear`,
      promised: '100 %',
      kept: closed === orphans.length && orphans.length >= times,
    },
    {
      what: 'the logs afterwards',
      seen: ok ? 'verified' : findings.map(({ code, what }) => `${code}: ${what}`).join('; '),
      promised: 'verified',
      kept: ok,
    },
  ]
}
