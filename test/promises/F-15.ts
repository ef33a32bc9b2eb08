// F-15: the tail of the log is torn. The log of a gateway that was killed under load is cut, or cut and followed by
// rubbish, at random places; each time a new log is begun beside it and everything is compared byte for byte.
import { randomBytes, randomInt } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createAudit } from '@sallyport/gateway/audit/audit.ts'
import { verifyLog } from '@sallyport/gateway/audit/verify.ts'
import { createLog } from '@sallyport/gateway/observe/log.ts'
import { takeHold } from '@sallyport/gateway/store/sqlite/take-hold.ts'
import { systemClock } from '@sallyport/gateway/system/clock.ts'
import { callsIn } from './audit-log.ts'
import { KEEPS_IDS, startLoad } from './load.ts'
import { inProcessWorld, type ProcessWorld } from './process-world.ts'
import { startProgress } from './progress.ts'
import type { PromiseScript } from './promise.ts'

const LONGEST_MS = 30 * 60_000

export const promise: PromiseScript = {
  id: 'F-15',
  title: 'the tail of the log is torn',
  run: ({ short }) =>
    inProcessWorld({ targetSettings: KEEPS_IDS }, async (world) => {
      const killed = await killedLog(world, short ? 200 : 1000)
      const times = short ? 50 : 1000
      const problems: string[] = []
      let tornBytes = 0
      let orphans = 0
      let time = 0
      const progress = startProgress('F-15', times, LONGEST_MS)
      for (let more = true; more && time < times; time++) {
        const damage = damageOf(killed.log)
        const seen = await recoverFrom(killed, damage)
        problems.push(...seen.problems)
        tornBytes += seen.tornBytes
        orphans += seen.orphans
        more = progress.tick()
      }
      return [
        {
          what: `${time} torn logs`,
          seen: `${problems.length} not recovered${problems.length === 0 ? '' : `: ${problems[0]}`} (${tornBytes} bytes set aside, ${orphans} orphans closed)`,
          promised: 'recovered to the last verifiable record, the rest set aside, both recorded',
          kept: problems.length === 0 && tornBytes > 0 && orphans > 0,
        },
      ]
    }),
}

type KilledLog = {
  readonly folder: string
  /** File names without their ending. */
  readonly name: string
  readonly log: Buffer
}

async function killedLog(world: ProcessWorld, calls: number): Promise<KilledLog> {
  const gateway = await world.start()
  const load = startLoad(world, 16)
  while (load.answered() < calls) await wait(5)
  await gateway.kill()
  await load.end()
  const lock = readdirSync(world.auditFolder).find((name) => name.endsWith('.lock')) ?? ''
  const name = lock.slice(0, -'.lock'.length)
  const log = readFileSync(join(world.auditFolder, `${name}.jsonl`))
  return { folder: world.auditFolder, name, log }
}

type Damage = {
  /** What is left of the log before anything that is not of it. */
  readonly kept: Buffer
  readonly rubbish: Buffer
}

/** A cut; every third time pages of zeros, as after a crash of the machine, or random bytes follow it. */
function damageOf(log: Buffer): Damage {
  const kept = log.subarray(0, randomInt(log.length + 1))
  const after = [
    Buffer.alloc(0),
    Buffer.alloc(randomInt(1, 5000)),
    randomBytes(randomInt(1, 5000)),
  ] as const
  return { kept, rubbish: after[randomInt(after.length)] ?? after[0] }
}

async function recoverFrom(
  { folder: from, name }: KilledLog,
  { kept, rubbish }: Damage,
): Promise<{
  readonly problems: readonly string[]
  readonly tornBytes: number
  readonly orphans: number
}> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-torn-'))
  const path = (ending: string) => join(folder, `${name}${ending}`)
  try {
    for (const ending of ['.lock', '.personal.jsonl']) {
      copyFileSync(join(from, `${name}${ending}`), path(ending))
    }
    writeFileSync(path('.jsonl'), Buffer.concat([kept, rubbish]))
    await bootOnce(folder)
    const expected = wholeLines(kept, rubbish)
    const torn = existsSync(path('.torn')) ? readFileSync(path('.torn')) : Buffer.alloc(0)
    const { intents, outcomes } = callsIn(folder)
    const former = intents.filter(({ key }) => !outcomes.get(key)?.some(({ own }) => own))
    const unclear = former.filter(({ key }) => outcomes.get(key)?.[0]?.class === 'unclear').length
    const { ok, findings } = await verifyLog(folder)
    const checks: readonly (readonly [boolean, string])[] = [
      [readFileSync(path('.jsonl')).equals(expected.lines), 'the log is not what was whole'],
      [torn.equals(expected.torn), 'what was set aside is not the rest'],
      [!existsSync(path('.lock')), 'it would be recovered again'],
      [unclear === former.length, `${former.length - unclear} orphans are open`],
      [isRecorded(folder, name, torn.length, former.length), 'the recovery is not recorded'],
      [ok, `verify: ${JSON.stringify(findings[0])}`],
    ]
    return {
      problems: checks.flatMap(([good, problem]) =>
        good ? [] : [`${problem} (cut at ${kept.length}, ${rubbish.length} bytes after it)`],
      ),
      tornBytes: torn.length,
      orphans: unclear,
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function bootOnce(folder: string): Promise<void> {
  const log = createLog({ level: 'error', stream: { write: () => undefined }, clock: systemClock })
  const parts = { clock: systemClock, takeHold, log, onHealth: () => undefined }
  await (await createAudit({ folder }, parts)).close()
}

/** Found without the code under test: a record is whole where its line is; a line that lacks only its end is given it. */
function wholeLines(
  kept: Buffer,
  rubbish: Buffer,
): { readonly lines: Buffer; readonly torn: Buffer } {
  const all = Buffer.concat([kept, rubbish])
  const end = kept.lastIndexOf('\n') + 1
  const last = kept.subarray(end)
  if (rubbish.length === 0 && isJson(last)) {
    return { lines: Buffer.concat([kept, Buffer.from('\n')]), torn: Buffer.alloc(0) }
  }
  return { lines: kept.subarray(0, end), torn: all.subarray(end) }
}

function isJson(line: Buffer): boolean {
  try {
    JSON.parse(line.toString())
    return true
  } catch {
    return false
  }
}

type Told = { readonly log?: string; readonly tornBytes?: number; readonly orphans?: number }

function isRecorded(folder: string, name: string, tornBytes: number, orphans: number): boolean {
  const newest = readdirSync(folder)
    .filter((file) => /^[^.]+\.jsonl$/.test(file) && !file.startsWith(name))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
  return newest.some((text) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { record: { kind: string; detail?: Told } })
      .some(({ record: { kind, detail } }) => {
        return (
          kind === 'recovery' &&
          detail?.log === name &&
          detail.tornBytes === tornBytes &&
          detail.orphans === orphans
        )
      }),
  )
}
