import { hash } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commitment } from '../../src/audit/commitment.ts'
import { logNames, pathsOf, type LogPaths } from '../../src/audit/log-folder.ts'
import { verifyLog } from '../../src/audit/verify.ts'
import { newFolder, openAudit } from './made.ts'
import { ADDRESS, credential, factsOf, permitOf } from './products.ts'

/** A closed log of four calls: 0 to 7 intents and outcomes, 8 an event, 9 the end. */
async function closedLog(): Promise<{ folder: string; paths: LogPaths; lines: string[] }> {
  const folder = newFolder()
  const audit = await openAudit(folder)
  for (const id of ['r0', 'r1', 'r2', 'r3']) {
    const sequence = await audit.intent(permitOf(id), credential, ADDRESS, undefined)
    audit.outcome(sequence, id, factsOf(), 1)
  }
  await audit.event('config_changed', { note: 'ü\ufffd' })
  await audit.close()
  const paths = pathsOf(folder, String(logNames(folder)[0]))
  return { folder, paths, lines: readFileSync(paths.log, 'utf8').split('\n').slice(0, -1) }
}

function lineOf(record: string): string {
  return `{"leaf":"${hash('sha256', `\0${record}`, 'base64url')}","record":${record}}`
}

function recordOf(line: string | undefined): string {
  return String(line).slice('{"leaf":"'.length + 43 + '","record":'.length, -1)
}

describe('P-10: what verify finds', () => {
  const findings = async (change: (lines: string[]) => string[]) => {
    const { folder, paths, lines } = await closedLog()
    writeFileSync(paths.log, `${change([...lines]).join('\n')}\n`)
    const report = await verifyLog(folder)
    expect(report.ok).toBe(report.findings.length === 0)
    return report.findings.map(({ code, line }) => [code, line])
  }

  test('nothing in a log that is as it was written', async () => {
    expect(await findings((lines) => lines)).toEqual([])
  })

  test('any flipped bit, wherever it is', async () => {
    const { folder, paths } = await closedLog()
    const whole = readFileSync(paths.log)
    for (let n = 0; n < 300; n += 1) {
      const changed = Buffer.from(whole)
      const at = Math.floor((whole.length * n) / 300)
      changed[at] = (changed[at] ?? 0) ^ (1 << (n % 8))
      writeFileSync(paths.log, changed)
      const report = await verifyLog(folder)
      expect([at, report.ok]).toEqual([at, false])
    }
  })

  test('a byte that decodes to the character that stood there', async () => {
    const { folder, paths } = await closedLog()
    const whole = readFileSync(paths.log)
    const at = whole.indexOf('\ufffd')
    const changed = Buffer.concat([whole.subarray(0, at), Buffer.of(0xff), whole.subarray(at + 3)])
    expect(changed.toString()).toBe(whole.toString())
    writeFileSync(paths.log, changed)
    expect((await verifyLog(folder)).findings).toMatchObject([{ code: 'leaf_mismatch', line: 9 }])
  })

  test('a line that was removed, first or in the middle', async () => {
    expect(await findings((lines) => lines.toSpliced(8, 1))).toEqual([['sequence', 9]])
    expect(await findings((lines) => lines.toSpliced(0, 1))).toEqual([
      ['sequence', 1],
      ['outcome_without_intent', 1],
    ])
  })

  test('lines that were swapped', async () => {
    const swapped = await findings(([a = '', b = '', ...rest]) => [b, a, ...rest])
    expect(swapped).toEqual([
      ['sequence', 1],
      ['sequence', 2],
      ['sequence', 3],
    ])
  })

  test('a line that was replaced by another of the same log, or of another log', async () => {
    expect(await findings((lines) => lines.with(8, String(lines[0])))).toEqual([
      ['sequence', 9],
      ['sequence', 10],
    ])
    const other = await closedLog()
    expect(await findings((lines) => lines.with(8, String(other.lines[8])))).toEqual([
      ['instance', 9],
    ])
  })

  test('an outcome that was removed, with the numbers made right again', async () => {
    const removed = await findings((lines) => [
      ...lines.slice(0, 7),
      ...lines
        .slice(8)
        .map((line) =>
          lineOf(
            recordOf(line).replace(/"sequence":(\d+)/, (_, n) => `"sequence":${Number(n) - 1}`),
          ),
        ),
    ])
    expect(removed).toEqual([['orphan', 7]])
  })

  test('a second outcome of one intent', async () => {
    const second = await findings((lines) =>
      lines.with(8, lineOf(recordOf(lines[1]).replace('"sequence":1,', '"sequence":8,'))),
    )
    expect(second).toEqual([['second_outcome', 9]])
  })

  test('a record with a right leaf that is not in canonical form, or no record at all', async () => {
    const spaced = (line: string | undefined): string => lineOf(recordOf(line).replace(':', ': '))
    expect(await findings((lines) => lines.with(8, spaced(lines[8])))).toEqual([
      ['not_canonical', 9],
    ])
    const doubled = (line: string | undefined): string =>
      lineOf(recordOf(line).replace('{', '{"kind":"intent",'))
    expect(await findings((lines) => lines.with(8, doubled(lines[8])))).toEqual([
      ['malformed_record', 9],
    ])
    expect(await findings((lines) => lines.with(8, lineOf('[1]')))).toEqual([
      ['malformed_record', 9],
    ])
    expect(await findings((lines) => lines.with(8, 'x'))).toEqual([['malformed_line', 9]])
    expect(await findings((lines) => lines.with(8, 'x'.repeat(3_000_000)))).toEqual([
      ['malformed_line', 9],
    ])
  })

  test('a tail that was cut off, within a line or behind one', async () => {
    const { folder, paths } = await closedLog()
    const whole = readFileSync(paths.log)
    writeFileSync(paths.log, whole.subarray(0, whole.length - 30))
    expect((await verifyLog(folder)).findings).toMatchObject([
      { code: 'torn_tail', line: 10 },
      { code: 'no_shutdown' },
    ])
    expect(await findings((lines) => lines.slice(0, 8))).toEqual([['no_shutdown', undefined]])
  })

  test('a file that took the place of another', async () => {
    const [one, two] = [await closedLog(), await closedLog()]
    renameSync(two.paths.log, one.paths.log)
    const { findings } = await verifyLog(one.folder)
    expect(findings[0]).toMatchObject({ code: 'instance', line: 1 })
    expect(findings.filter(({ code }) => code === 'instance')).toHaveLength(10)
  })

  test('a value of the side file that is not the one that was committed to', async () => {
    const { folder, paths } = await closedLog()
    const side = readFileSync(paths.personal, 'utf8')
    writeFileSync(paths.personal, side.replace('"value":"alice"', '"value":"mallory"'))
    expect((await verifyLog(folder)).findings).toMatchObject([{ code: 'commitment_mismatch' }])
  })

  const side = async (change: (lines: string[], paths: LogPaths) => string[]) => {
    const { folder, paths } = await closedLog()
    const lines = readFileSync(paths.personal, 'utf8').split('\n').slice(0, -1)
    writeFileSync(
      paths.personal,
      change(lines, paths)
        .map((line) => `${line}\n`)
        .join(''),
    )
    return new Set((await verifyLog(folder)).findings.map(({ code }) => code))
  }
  const subjectLine = (lines: string[], subject: string): string => {
    const { key, salt } = JSON.parse(lines[0] ?? '') as { key: string; salt: string }
    const made = commitment(salt, 'subject', subject)
    return JSON.stringify({ commitment: made, key, label: 'subject', record: 0, value: subject })
  }

  test('policy-audit §2.4: a value that says of itself that it was committed to, and no record says so', async () => {
    const other = await side((lines) =>
      lines.map((line) => (line.includes('alice') ? subjectLine(lines, 'mallory') : line)),
    )
    expect(other).toEqual(new Set(['other_subject', 'missing_value']))
    const second = await side((lines) => [...lines, subjectLine(lines, 'mallory')])
    expect(second).toEqual(new Set(['other_subject']))
  })

  test('policy-audit §2.4: lines of a side file that were removed', async () => {
    expect(await side((lines) => lines.slice(0, -1))).toEqual(new Set(['missing_value']))
    expect(await side(() => [])).toEqual(new Set(['missing_value']))
  })

  test('policy-audit §2.4: a person who is marked as erased, and nobody ordered it', async () => {
    const forged = await side((lines) => {
      const { key } = JSON.parse(lines[0] ?? '') as { key: string }
      return [JSON.stringify({ erased: '2026-04-01T06:00:00.000Z', key })]
    })
    expect(forged).toEqual(new Set(['erased_without_order']))
  })
})

describe('what verify lets pass', () => {
  test('policy-audit §2.2: kinds and members of a later version, as long as they are whole', async () => {
    const { folder, paths, lines } = await closedLog()
    const later = recordOf(lines[8])
      .replace('"config_changed"', '"tomorrow"')
      .replace('{', '{"a":1,')
    writeFileSync(paths.log, `${lines.with(8, lineOf(later)).join('\n')}\n`)
    expect(await verifyLog(folder)).toMatchObject({ ok: true, kinds: { tomorrow: 1, intent: 4 } })
  })

  test('policy-audit §2.4: a log without its side file, and says so', async () => {
    const { folder, paths } = await closedLog()
    rmSync(paths.personal)
    const { ok, limits } = await verifyLog(folder)
    expect(ok).toBe(true)
    expect(limits).toContain('who records are about: the side files of 1 logs are not here')
  })

  test('the moving end of a log in use: intents without outcome, half a line', async () => {
    const { folder, paths, lines } = await closedLog()
    writeFileSync(paths.lock, '')
    writeFileSync(paths.log, `${lines.slice(0, 7).join('\n')}\n${String(lines[7]).slice(0, 99)}`)
    const report = await verifyLog(folder)
    expect(report).toMatchObject({ ok: true, records: 7, files: [{ open: true, openIntents: 1 }] })
  })
})

test('one file is verified by its path, and a folder without a log is a finding', async () => {
  const { paths } = await closedLog()
  expect(await verifyLog(paths.log)).toMatchObject({ ok: true, records: 10 })
  const empty = newFolder()
  expect((await verifyLog(empty)).findings).toMatchObject([{ code: 'no_log' }])
  expect(await verifyLog(join(empty, 'nowhere'))).toMatchObject({ ok: false })
})
