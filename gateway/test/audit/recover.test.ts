import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  cpSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { logNames, pathsOf } from '../../src/audit/log-folder.ts'
import { recordIn } from '../../src/audit/line.ts'
import { recoverFormer } from '../../src/audit/recover.ts'
import { verifyLog } from '../../src/audit/verify.ts'
import { takeHold } from '../../src/store/sqlite/take-hold.ts'
import { newFolder, openAudit, recordsIn } from './made.ts'
import { ADDRESS, credential, factsOf, identityOf, permitOf } from './products.ts'

/** A log whose last intents have no outcome, as a killed process leaves it: a hold that nobody has. */
async function abandoned(folder: string): Promise<string> {
  const audit = await openAudit(folder)
  for (let n = 0; n < 12; n += 1) {
    const permit = permitOf(`r${n}`, { note: 'ü'.repeat(n * 7) }, { identity: identityOf(`p${n}`) })
    const sequence = await audit.intent(permit, credential, ADDRESS, undefined)
    if (n < 9) audit.outcome(sequence, `r${n}`, factsOf(), 1)
  }
  await audit.event('config_changed', {})
  const [name] = logNames(folder)
  const copy = newFolder()
  cpSync(folder, copy, { recursive: true })
  await audit.close()
  rmSync(folder, { recursive: true })
  cpSync(copy, folder, { recursive: true })
  return String(name)
}

/** A file system in memory where there is one: a thousand recoveries wait for the disk otherwise. */
function memoryFolder(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
}

test('F-15: after each of 1000 random truncations the log ends with its last whole record, and says what was cut', async () => {
  const folder = newFolder(memoryFolder())
  const name = await abandoned(folder)
  const { log, personal, torn } = pathsOf(folder, name)
  const all = readFileSync(log)
  const side = readFileSync(personal)
  const lines = all.toString().split('\n').slice(0, -1)
  let seed = 1
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  for (let run = 0; run < 1000; run += 1) {
    // The first runs cut the last line and around its break; noise stands for blocks that were never written.
    const cut = run < 400 ? all.length - run : random(all.length)
    const noise =
      run % 3 === 0 ? Buffer.alloc(random(5000), run % 2 === 0 ? 0 : 0xe9) : Buffer.alloc(0)
    writeFileSync(log, Buffer.concat([all.subarray(0, cut), noise]))
    writeFileSync(personal, side.subarray(0, random(side.length)))
    rmSync(torn, { force: true })
    // Whether its owner is gone is another test's question.
    const [found, ...others] = await recoverFormer(folder, 'own', () => ({
      release: () => undefined,
    }))
    expect(others).toEqual([])
    const kept = readFileSync(log)
    const keptLines = kept.toString().split('\n').slice(0, -1)
    expect(keptLines).toEqual(lines.slice(0, keptLines.length))
    expect(kept.length === 0 || kept.at(-1) === 0x0a).toBe(true)
    // No whole record is lost: the next line is not whole in what was there.
    const next = Buffer.from(lines[keptLines.length] ?? 'nothing more')
    const whole = kept.length + next.length + (noise.length > 0 ? 1 : 0)
    expect(cut < whole || keptLines.length === lines.length).toBe(true)
    const tail = cut + noise.length - Math.min(kept.length, cut)
    expect(found).toMatchObject({ tornBytes: tail, badLines: 0 })
    expect(existsSync(torn) ? statSync(torn).size : 0).toBe(tail)
    expect(found?.orphans).toHaveLength(openIn(keptLines))
    expect(readFileSync(personal, 'utf8')).toMatch(/^$|\}\n$/)
    found?.done()
    writeFileSync(join(folder, `${name}.lock`), '')
  }
}, 60_000)

function openIn(lines: readonly string[]): number {
  const records = lines.map((line) => recordIn(Buffer.from(line)).toString())
  const count = (kind: string): number =>
    records.filter((record) => record.includes(`"kind":"${kind}"`)).length
  return count('intent') - count('outcome')
}

test('a bad line in the middle is no torn tail: what follows it stays, and it is reported', async () => {
  const folder = newFolder()
  const name = await abandoned(folder)
  const { log } = pathsOf(folder, name)
  const text = readFileSync(log, 'utf8').replace('"requestId":"r3"', '"requestId":"x3"')
  writeFileSync(log, text)
  const [found] = await recoverFormer(folder, 'own', takeHold)
  expect(found).toMatchObject({ tornBytes: 0, badLines: 1 })
  expect(readFileSync(log, 'utf8')).toBe(text)
})

test('F-14: the next start gives every orphan the outcome `unclear`, records the recovery, and only once', async () => {
  const folder = newFolder()
  const name = await abandoned(folder)
  appendFileSync(pathsOf(folder, name).log, '{"leaf":"half a li')
  for (let start = 0; start < 2; start += 1) await (await openAudit(folder)).close()
  const records = recordsIn(folder).slice(22)
  expect(records).toMatchObject([
    { kind: 'outcome', class: 'unclear', requestId: 'r9', intent: { sequence: 18 } },
    { kind: 'outcome', class: 'unclear', requestId: 'r10', intent: { sequence: 19 } },
    { kind: 'outcome', class: 'unclear', requestId: 'r11', intent: { sequence: 20 } },
    { kind: 'recovery', detail: { log: name, orphans: 3, tornBytes: 18, badLines: 0 } },
    { kind: 'shutdown' },
    { kind: 'shutdown' },
  ])
  expect(await verifyLog(folder)).toMatchObject({ ok: true, findings: [] })
})

test('a process that dies while it closes orphans leaves none to be closed twice', async () => {
  const folder = newFolder()
  const name = await abandoned(folder)
  // It closed them in a log of its own, and both holds are free again.
  await (await openAudit(folder)).close()
  const [, second] = logNames(folder)
  for (const lock of [name, second]) writeFileSync(join(folder, `${lock}.lock`), '')
  const found = await recoverFormer(folder, 'own', takeHold)
  expect(found.map(({ orphans }) => orphans)).toEqual([[], []])
})

async function startProcess(folder: string, durability: string): Promise<ChildProcess> {
  const path = fileURLToPath(new URL('ended-process.ts', import.meta.url))
  const child = spawn(process.execPath, [path, folder, durability], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  if (child.stdout) await once(child.stdout, 'data')
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

test.each(['written', 'synced'])(
  'F-14: after kill -9 every call at the target has its intent, and every intent an outcome (%s)',
  async (durability) => {
    const folder = newFolder()
    const audit = join(folder, 'audit')
    for (let round = 0; round < 3; round += 1) {
      const child = await startProcess(folder, durability)
      await new Promise((resolve) => setTimeout(resolve, 20 + round * 30))
      await kill(child)
    }
    await (await openAudit(audit)).close()
    const records = recordsIn(audit)
    const intents = new Set(records.filter(({ kind }) => kind === 'intent').map((r) => r.requestId))
    const calls = readFileSync(join(folder, 'calls'), 'utf8').split('\n').slice(0, -1)
    expect(calls.length).toBeGreaterThan(3)
    expect(calls.filter((id) => !intents.has(id))).toEqual([])
    const report = await verifyLog(audit)
    expect(report.findings).toEqual([])
    expect(report.kinds['outcome']).toBe(intents.size)
  },
)

test('two processes overlap: the log of a living one is left alone, and recovered when it is gone', async () => {
  const folder = newFolder()
  const audit = join(folder, 'audit')
  const child = await startProcess(folder, 'written')
  await (await openAudit(audit)).close()
  expect(recordsIn(audit).filter(({ kind }) => kind === 'recovery')).toEqual([])
  const { files } = await verifyLog(audit)
  expect(files.map(({ open }) => open)).toEqual([true, false])

  await kill(child)
  await (await openAudit(audit)).close()
  expect(recordsIn(audit).filter(({ kind }) => kind === 'recovery')).toHaveLength(1)
  expect((await verifyLog(audit)).findings).toEqual([])
})
