// The disk of the audit log slow or full under a running gateway (F-14): what reaches the target meanwhile.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { verifyLog } from '@sallyport/gateway/audit/verify.ts'
import { idIn, idsAtTarget, writeRecord } from './load.ts'
import { readiness } from './operations.ts'
import type { ProcessWorld } from './process-world.ts'
import type { Finding } from './promise.ts'
import type { GatewayProcess } from './start-process.ts'
import { traceDisk, type TracedCall } from './traced-disk.ts'

const DELAY_MS = 300
const RECOVERY_MS = 5000
/** What the target takes note of is a whole number of milliseconds. */
const CLOCK_MS = 1

export async function troubledDisk(
  world: ProcessWorld,
  short: boolean,
): Promise<readonly Finding[]> {
  const gateway = await world.start()
  const token = world.token()
  const findings = [
    ...(await slowDisk(world, gateway, token, short ? 5 : 40)),
    ...(await fullDisk(world, gateway, token, short ? 20 : 500)),
  ]
  await gateway.kill()
  await (await world.start()).kill()
  const { ok, findings: found } = await verifyLog(world.auditFolder)
  const recoveries = world
    .audit()
    .filter(({ kind, lost }) => kind === 'recovery' && lost !== undefined).length
  findings.push({
    what: 'the logs afterwards',
    seen: `${ok ? 'verified' : found.map(({ code, what }) => `${code}: ${what}`).join('; ')}, ${recoveries} recoveries recorded`,
    promised: 'verified, each recovery recorded',
    kept: ok && recoveries === 2,
  })
  return findings
}

async function slowDisk(
  world: ProcessWorld,
  gateway: GatewayProcess,
  token: string,
  calls: number,
): Promise<readonly Finding[]> {
  await writeRecord(world, token)
  world.target.recording.clear()
  const output = join(world.folder, 'strace-slow')
  const disk = await traceDisk(gateway.pid, logFiles(world), 'slow', output)
  for (let call = 0; call < calls; call++) await writeRecord(world, token)
  await Promise.all(Array.from({ length: calls * 4 }, () => writeRecord(world, token)))
  await disk.detach()

  const traced = disk.calls()
  const arrived = world.target.recording.calls('write_record')
  const early = arrived.filter(
    ({ body, receivedAtMs }) => !isSynced(traced, idIn(body), receivedAtMs),
  )
  const syncs = traced.filter(({ name }) => name === 'fdatasync')
  const shortest = Math.min(...syncs.map(({ beganMs, returnedMs }) => returnedMs - beganMs))
  return [
    {
      what: `each fdatasync takes ${DELAY_MS} ms`,
      seen: `${early.length} of ${arrived.length} calls were at the target before an fdatasync behind their intent had returned (shortest of ${syncs.length}: ${shortest.toFixed(0)} ms)`,
      promised: '0',
      kept: early.length === 0 && arrived.length === calls * 5 && shortest >= DELAY_MS,
    },
  ]
}

/** The intent of this call was written, and an fdatasync of the file began after that and returned in time. */
function isSynced(traced: readonly TracedCall[], id: number, atMs: number): boolean {
  const intent = traced.find(
    ({ name, of }) => name === 'pwrite64' && of.includes(`\\"/id\\":${id}}`),
  )
  if (intent === undefined) return false
  const descriptor = Number.parseInt(intent.of, 10)
  return traced.some(
    ({ name, of, beganMs, returnedMs }) =>
      name === 'fdatasync' &&
      Number.parseInt(of, 10) === descriptor &&
      beganMs >= intent.returnedMs &&
      returnedMs <= atMs + CLOCK_MS,
  )
}

async function fullDisk(
  world: ProcessWorld,
  gateway: GatewayProcess,
  token: string,
  calls: number,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const fault of ['full', 'unsyncable'] as const) {
    if ((await writeRecord(world, token)).status !== 200) throw new Error('no call on a good disk')
    world.target.recording.clear()
    const output = join(world.folder, `strace-${fault}`)
    const disk = await traceDisk(gateway.pid, logFiles(world), fault, output)
    const answers = await Promise.all(
      Array.from({ length: calls }, () => writeRecord(world, token)),
    )
    const { status } = await readiness(gateway.operationsPort)
    const reached = idsAtTarget(world).length
    const refused = answers.filter((answer) => answer.status === 503).length
    const others = [...new Set(answers.map((answer) => answer.status))].filter((one) => one !== 503)
    await disk.detach()
    const recoveredMs = await recovery(world, token)
    findings.push(
      {
        what: `ENOSPC on ${fault === 'full' ? 'every write' : 'fdatasync alone'}`,
        seen: `${reached} of ${calls} calls reached the target, ${refused} answered with 503${others.length === 0 ? '' : ` (others: ${others.join(', ')})`}, readiness ${status}`,
        promised: '0, all 503, not ready',
        kept: reached === 0 && refused === calls && status === 503,
      },
      {
        what: 'recovery once there is space',
        seen: `${recoveredMs} ms`,
        promised: `by itself, ≤ ${RECOVERY_MS} ms`,
        kept: recoveredMs <= RECOVERY_MS,
      },
    )
  }
  return findings
}

async function recovery(world: ProcessWorld, token: string): Promise<number> {
  const startedMs = performance.now()
  while ((await writeRecord(world, token)).status !== 200) {
    if (performance.now() - startedMs > 2 * RECOVERY_MS) return Number.POSITIVE_INFINITY
    await wait(20)
  }
  return Math.round(performance.now() - startedMs)
}

/** What the gateway that runs on this folder writes its records to: the others have no lock any more. */
export function logFiles({ auditFolder }: ProcessWorld): readonly string[] {
  return readdirSync(auditFolder)
    .filter((name) => name.endsWith('.lock'))
    .map((name) => join(auditFolder, name.slice(0, -'.lock'.length)))
    .flatMap((base) => [`${base}.jsonl`, `${base}.personal.jsonl`])
}
