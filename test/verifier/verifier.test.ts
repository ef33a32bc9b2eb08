// The independent verifier (main.go) over logs that our code wrote: what holds for one holds for the other, and every
// way to bend a log is seen by a program that shares nothing with ours but docs/audit-format.md.
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { commitment } from '../../gateway/src/audit/commitment.ts'
import { eraseKeys, keysOf } from '../../gateway/src/audit/erase.ts'
import { keyLine } from '../../gateway/src/audit/known-keys.ts'
import { parseVerifierKey, verifierKeyText } from '../../gateway/src/audit/note.ts'
import { proveConsistency, proveRecord } from '../../gateway/src/audit/prove.ts'
import { verifyLog } from '../../gateway/src/audit/verify.ts'
import { newFolder, openAudit } from '../../gateway/test/audit/made.ts'
import {
  changeLine,
  checkpointOf,
  lineOf,
  newKey,
  orderPrune,
  recordOf,
  sign,
  signedLog,
} from '../../gateway/test/audit/signed.ts'
import { buildGo } from '../support/go.ts'

const verifier = buildGo('test/verifier')
afterAll(verifier.remove)

type Log = Awaited<ReturnType<typeof signedLog>>

const check = (log: Log, key = log.key.text) => verifier.run(['log', '-key', key, log.folder])
const write = (log: Log, lines: readonly string[]): void =>
  writeFileSync(log.paths.log, `${lines.join('\n')}\n`)
const replaced = (log: Log, at: number, from: string, to: string): string[] =>
  log.lines.with(at, lineOf(recordOf(log.lines[at]).replace(from, to)))

const personal = (log: Log): string => readFileSync(log.paths.personal, 'utf8')
const keyOf = (log: Log): string => String(/"key":"([^"]+)"/.exec(personal(log))?.[1])
function lineOfMallory(log: Log): string {
  const salt = String(/"salt":"([^"]+)"/.exec(personal(log))?.[1])
  const [label, value, record] = ['subject', 'mallory', 0]
  const made = commitment(salt, label, value)
  return JSON.stringify({ commitment: made, key: keyOf(log), label, record, value })
}

test('a log that our code wrote holds', async () => {
  const log = await signedLog()
  const { status, said } = check(log)
  expect(said).toContain(`${log.name}: 10 records, 0 pruned, 2 checkpoints, 10 covered`)
  expect(status).toBe(0)
})

describe('both verifiers see', () => {
  test.for<[string, (log: Log) => void | Promise<void>, string]>([
    [
      'records that were removed, and nobody ordered it',
      (log) => rmSync(log.paths.log),
      '10 records are gone, and 0 were ordered to go',
    ],
    [
      'more records removed than were ordered',
      async (log) => {
        await orderPrune(log, 9, log.key)
        rmSync(log.paths.log)
      },
      '10 records are gone, and 9 were ordered to go',
    ],
    [
      'an order that somebody else signed',
      async (log) => {
        await orderPrune(log, 10, newKey())
        rmSync(log.paths.log)
      },
      'an order to prune is signed by no key that is trusted',
    ],
    [
      'a flipped bit',
      (log) => {
        const bytes = readFileSync(log.paths.log)
        bytes[500] = 1 ^ (bytes[500] ?? 0)
        writeFileSync(log.paths.log, bytes)
      },
      'the leaf is not that of the record',
    ],
    [
      'a record that was replaced together with its leaf',
      (log) => write(log, replaced(log, 8, 'ü', 'u')),
      'not those of the checkpoint',
    ],
    ['a line that was removed', (log) => write(log, log.lines.toSpliced(8, 1)), 'where 8 belongs'],
    [
      'lines that were swapped',
      (log) => write(log, [log.lines[1] ?? '', log.lines[0] ?? '', ...log.lines.slice(2)]),
      'where 0 belongs',
    ],
    [
      'a tail that was cut',
      (log) => write(log, log.lines.slice(0, 8)),
      'a checkpoint covers 10 records, and there are 8',
    ],
    [
      'half a line',
      (log) => writeFileSync(log.paths.log, readFileSync(log.paths.log).subarray(0, -30)),
      'ends within a line',
    ],
    [
      'a last line without its line feed',
      (log) => writeFileSync(log.paths.log, readFileSync(log.paths.log).subarray(0, -1)),
      'ends within a line',
    ],
    [
      'half a checkpoint',
      (log) => appendFileSync(log.paths.checkpoints, checkpointOf(log, 10, log.key).slice(0, -50)),
      'the checkpoints end within one',
    ],
    [
      'half a checkpoint, up to its signatures',
      (log) =>
        appendFileSync(log.paths.checkpoints, checkpointOf(log, 10, log.key).split('—')[0] ?? ''),
      'the checkpoints end within one',
    ],
    [
      'what is no checkpoint behind the last one',
      (log) => appendFileSync(log.paths.checkpoints, 'garbage\n'),
      'the checkpoints end within one',
    ],
    [
      'what is no checkpoint between two',
      (log) => {
        appendFileSync(log.paths.checkpoints, 'garbage\n\n')
        sign(log, [10], log.key)
      },
      'it is no signed note',
    ],
    [
      'a key whose id is not its own',
      (log) => {
        const line = keyLine({ key: log.key.text.replace(/\+[0-9a-f]{8}\+/, '+00000000+') })
        appendFileSync(join(log.folder, 'checkpoint.keys'), line)
      },
      'is not its own',
    ],
    [
      'a key that is none of Ed25519',
      (log) => {
        const { name, bytes } = parseVerifierKey(log.key.text) ?? { name: '', bytes: Buffer.of() }
        const key = verifierKeyText({ name, bytes, type: 4 })
        appendFileSync(join(log.folder, 'checkpoint.keys'), keyLine({ key }))
      },
      'is no Ed25519 verifier key',
    ],
    [
      'a line of keys that is none',
      (log) => appendFileSync(join(log.folder, 'checkpoint.keys'), '\n'),
      'is no JSON',
    ],
    [
      'a file that is named like a log and is none',
      (log) => writeFileSync(join(log.folder, 'evil.jsonl'), `${log.lines.join('\n')}\n`),
      'evil.jsonl: its name is that of no file of a log',
    ],
    [
      'a record that is not in canonical form',
      (log) => write(log, replaced(log, 8, ':', ': ')),
      'not in canonical form',
    ],
    [
      'a checkpoint of another key',
      (log) => {
        writeFileSync(log.paths.checkpoints, '')
        sign(log, [10], newKey())
      },
      'no key that is trusted',
    ],
    [
      'checkpoints whose sizes fall',
      (log) => sign(log, [4], log.key),
      'a checkpoint of size 4 follows one of 10',
    ],
    [
      'a checkpoint by a key that another one had taken the place of',
      (log) => {
        const next = newKey()
        appendFileSync(join(log.folder, 'checkpoint.keys'), changeLine(log.key, next))
        writeFileSync(log.paths.checkpoints, '')
        sign(log, [4], next)
        sign(log, [10], log.key)
      },
      'by a key that another one had taken the place of',
    ],
    [
      'a log that began after its key was replaced',
      (log) => {
        const next = newKey()
        const line = changeLine(log.key, next, log.key, '2020-01-01T00:00:00Z')
        appendFileSync(join(log.folder, 'checkpoint.keys'), line)
      },
      'by no key that is trusted',
    ],
    [
      'a subject that no record commits to',
      (log) => writeFileSync(log.paths.personal, `${personal(log)}${lineOfMallory(log)}\n`),
      'commit to another `subject`',
    ],
    [
      'a line of the side file that was removed',
      (log) => writeFileSync(log.paths.personal, personal(log).replace(/.*"subject".*\n/, '')),
      'the `subject` that record 0 commits to is not there',
    ],
    [
      'a value that is not the one that was committed to',
      (log) => writeFileSync(log.paths.personal, personal(log).replace('"alice"', '"mallory"')),
      'is not the one that was committed to',
    ],
    [
      'a person who is marked as erased, and nobody ordered it',
      (log) => writeFileSync(log.paths.personal, `{"erased":"2026","key":"${keyOf(log)}"}\n`),
      'no record says that anybody ordered it',
    ],
    [
      'a key that nobody vouches for',
      (log) => {
        const next = newKey()
        appendFileSync(join(log.folder, 'checkpoint.keys'), changeLine(log.key, next, next))
      },
      'no key that is trusted vouches for it',
    ],
  ])('%s', async ([, bend, words]) => {
    const log = await signedLog()
    await bend(log)
    const { status, said } = check(log)
    expect(said).toContain(words)
    expect(status).toBe(1)
    expect((await verifyLog(log.folder, { keys: [log.key.text] })).ok).toBe(false)
  })
})

describe('both verifiers accept', () => {
  test.for<[string, (log: Log) => void | Promise<void>, string]>([
    [
      'the moving end of a log in use',
      (log) => {
        writeFileSync(log.paths.lock, '')
        appendFileSync(log.paths.log, String(log.lines[0]))
        appendFileSync(log.paths.checkpoints, checkpointOf(log, 10, log.key).slice(0, -50))
        appendFileSync(join(log.folder, 'checkpoint.keys'), '{"key":"')
      },
      '10 records, 0 pruned',
    ],
    [
      'half a checkpoint of a log of which something is left to be signed',
      (log) => {
        writeFileSync(log.paths.progress, '{}')
        appendFileSync(log.paths.checkpoints, checkpointOf(log, 10, log.key).split('—')[0] ?? '')
      },
      '10 records, 0 pruned',
    ],
    ['a log without its side file', (log) => rmSync(log.paths.personal), 'who records are about'],
    [
      'a person who was erased',
      async ({ folder }) => {
        const { keys: found } = await keysOf(folder, {
          issuer: 'https://login.acme.example',
          subject: 'alice',
        })
        const audit = await openAudit(folder)
        await audit.event('erased', { keys: [...found.values()].flat() })
        await eraseKeys(folder, found, {
          time: '2026-04-01T06:00:00.000Z',
          own: { name: audit.own.name, erase: audit.erase },
        })
        await audit.close()
      },
      '10 records, 0 pruned',
    ],
    [
      'records that were pruned by order',
      async (log) => {
        await orderPrune(log, 5, log.key)
        const second = log.paths.log.replace('.jsonl', '.000002.jsonl')
        writeFileSync(second, `${log.lines.slice(5).join('\n')}\n`)
        rmSync(log.paths.log)
      },
      '5 records, 5 pruned',
    ],
    [
      'all records pruned by order',
      async (log) => {
        await orderPrune(log, 10, log.key)
        rmSync(log.paths.log)
      },
      '0 records, 10 pruned',
    ],
    [
      'a key that the one before it vouches for',
      (log) => {
        const next = newKey()
        appendFileSync(join(log.folder, 'checkpoint.keys'), changeLine(log.key, next))
        sign(log, [10], next)
      },
      '3 checkpoints',
    ],
    [
      'a number as it was received, and letters of any kind',
      (log) => {
        write(log, replaced(log, 8, 'ü', 'a\u2028\\u0001\\"\u{1f600}'))
        write(log, linesAfter(log, 8, '"note"', '"a":1.50e3,"note"'))
        writeFileSync(log.paths.checkpoints, '')
        sign(log, [10], log.key)
      },
      '10 covered',
    ],
  ])('%s', async ([, change, words]) => {
    const log = await signedLog()
    await change(log)
    const { status, said } = check(log)
    expect(said).toContain(words)
    expect(status).toBe(0)
    expect(await verifyLog(log.folder, { keys: [log.key.text] })).toMatchObject({ findings: [] })
  })
})

function linesAfter(log: Log, at: number, from: string, to: string): string[] {
  const lines = readFileSync(log.paths.log, 'utf8').split('\n').slice(0, -1)
  return lines.with(at, lineOf(recordOf(lines[at]).replace(from, to)))
}

describe('a proof', () => {
  test('holds for every record of a log, with its record', async () => {
    const log = await signedLog()
    for (const [sequence] of log.lines.entries()) {
      const { proof, record } = await proveRecord(log.folder, { log: log.name, sequence })
      const file = join(log.folder, 'one.tlog-proof')
      writeFileSync(file, proof)
      const { status, said } = verifier.run(['proof', '-key', log.key.text, file])
      expect(said).toContain(record)
      expect(status).toBe(0)
    }
  })

  test('does not hold with another record, another index, another key or a hash less', async () => {
    const log = await signedLog()
    const { proof } = await proveRecord(log.folder, { log: log.name, sequence: 2 })
    const file = join(log.folder, 'one.tlog-proof')
    const statusOf = (text: string, key = log.key.text) => {
      writeFileSync(file, text)
      return verifier.run(['proof', '-key', key, file]).status
    }
    expect(statusOf(proof)).toBe(0)
    const other = Buffer.from(recordOf(log.lines[3])).toString('base64')
    expect(statusOf(proof.replace(/^extra .*$/m, `extra ${other}`))).toBe(1)
    expect(statusOf(proof.replace('index 2', 'index 3'))).toBe(1)
    expect(statusOf(proof.replace(/^(index 2\n).*\n/m, '$1'))).toBe(1)
    expect(statusOf(proof, newKey().text)).toBe(1)
  })
})

describe('a pair of checkpoints', () => {
  test('holds where one continues the other, and not where the log was changed between', async () => {
    const log = await signedLog()
    const folder = newFolder()
    const files = ['older', 'newer', 'proof'].map((name) => join(folder, name))
    const [older = '', newer = '', proof = ''] = files
    const statusOf = () => verifier.run(['checkpoints', '-key', log.key.text, ...files]).status
    for (const size of [1, 2, 3, 4, 7, 8, 9, 10]) {
      writeFileSync(older, checkpointOf(log, size, log.key))
      writeFileSync(newer, checkpointOf(log, 10, log.key))
      const { offer } = await proveConsistency(log.folder, readFileSync(older, 'utf8'))
      writeFileSync(proof, offer)
      expect([size, statusOf()]).toEqual([size, 0])
    }
    writeFileSync(older, checkpointOf(log, 7, log.key))
    const { offer } = await proveConsistency(log.folder, readFileSync(older, 'utf8'))
    writeFileSync(proof, offer)
    expect(statusOf()).toBe(0)
    write(log, replaced(log, 1, '"ok"', '"no"'))
    writeFileSync(older, checkpointOf(log, 7, log.key))
    expect(statusOf()).toBe(1)
  })
})

test('wrong usage, a folder without a log and a file that is no proof are told apart from a log that holds', () => {
  const folder = newFolder()
  expect(verifier.run([]).status).toBe(2)
  expect(verifier.run(['log', folder]).status).toBe(1)
  writeFileSync(join(folder, 'one'), 'no proof\n')
  expect(verifier.run(['proof', '-key', newKey().text, join(folder, 'one')]).status).toBe(1)
})
