import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { commitment } from '../../src/audit/commitment.ts'
import { replay, type RecordedRequest } from '../../src/audit/replay.ts'
import { canonicalJson } from '../../src/json/canonical.ts'
import type { JsonObject } from '../../src/json/value.ts'
import { hash } from 'node:crypto'

const NAME = '20260401T060000123Z-3f2a9c0d1e4b'
const SALT = 'c2FsdA'.padEnd(43, 'A')
const commit = (label: string, value: string) => commitment(SALT, label, value)
const TAGS = canonicalJson({ groups: '|traders|' })

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function who(more: JsonObject = {}): JsonObject {
  return {
    kind: 'person',
    issuer: 'https://login.acme.example',
    client: 'ide',
    key: 'k1',
    subject: commit('subject', 'bob'),
    tags: commit('tags', TAGS),
    ...more,
  }
}
function intent(more: JsonObject = {}): JsonObject {
  return {
    kind: 'intent',
    requestId: 'r1',
    time: '2026-04-01T06:00:01.000Z',
    sequence: 1,
    tool: { name: 't___a' },
    decision: { answer: 'permit', mode: 'ENFORCE', policies: ['p'] },
    arguments: { bytes: 2 },
    who: who(),
    ...more,
  }
}
function refusal(code: string, more: JsonObject = {}): JsonObject {
  return { ...intent(more), kind: 'refusal', code, policies: [], ...more }
}
/** A call that went through while the policies would have refused it. */
function shadowed(reason: string, mode = 'LOG_ONLY', requestId = reason): JsonObject {
  const decision = { mode, policies: [], would_deny: { policies: ['f'], reason } }
  return intent({ requestId, decision })
}
function write(records: readonly JsonObject[], side: readonly JsonObject[], segment = ''): void {
  const lines = records.map((record) => {
    const text = canonicalJson(record)
    return `{"leaf":"${hash('sha256', `\0${text}`, 'base64url')}","record":${text}}\n`
  })
  writeFileSync(join(folder, `${NAME}${segment}.jsonl`), lines.join(''))
  writeFileSync(
    join(folder, `${NAME}.personal.jsonl`),
    side.map((line) => `${JSON.stringify(line)}\n`).join(''),
  )
}
const SIDE = [
  { key: 'k1', record: 1, salt: SALT },
  { commitment: commit('subject', 'bob'), key: 'k1', label: 'subject', record: 1, value: 'bob' },
  { commitment: commit('tags', TAGS), key: 'k1', label: 'tags', record: 1, value: TAGS },
]
async function all(sinceMs?: number): Promise<readonly RecordedRequest[]> {
  const found: RecordedRequest[] = []
  for await (const request of replay(folder, sinceMs)) found.push(request)
  return found
}

describe('policy-audit §1.4: recorded calls', () => {
  test('who with which tags, what, and the answer, over all segments', async () => {
    write([intent()], SIDE)
    write([refusal('authorize.denied', { requestId: 'r2' })], SIDE, '.000002')
    const [made, denied] = await all()
    expect(made).toMatchObject({
      requestId: 'r1',
      principal: { kind: 'person', subject: 'bob', clientId: 'ide', tags: { groups: '|traders|' } },
      tool: 't___a',
      args: {},
      known: 'all',
      answer: 'allow',
      shadow: false,
      policies: ['p'],
    })
    expect(denied).toMatchObject({ requestId: 'r2', answer: 'deny', shadow: false })
  })

  test('only answers of policies are calls; an approval is an answer of its own', async () => {
    write(
      [
        refusal('identify.no_token'),
        refusal('authorize.rate_limited'),
        refusal('authorize.needs_approval', { requestId: 'waits' }),
        intent({ requestId: 'let', decision: { approval: 'a1', policies: [] } }),
        shadowed('authorize.denied'),
        shadowed('authorize.denied', 'ENFORCE', 'by-file'),
        shadowed('authorize.needs_approval'),
        { ...intent(), kind: 'outcome' },
      ],
      SIDE,
    )
    expect(
      (await all()).map(({ requestId, answer, shadow }) => [requestId, answer, shadow]),
    ).toEqual([
      ['waits', 'approval', false],
      ['let', 'approval', false],
      ['authorize.denied', 'deny', true],
      ['by-file', 'allow', false],
      ['authorize.needs_approval', 'approval', false],
    ])
  })

  test('a record without tags, and a person who was forgotten, name nobody', async () => {
    const { tags: _, ...old } = who()
    write([intent({ who: old }), intent({ who: who({ tenant: commit('tenant', 'acme') }) })], SIDE)
    expect((await all()).map(({ principal }) => principal)).toEqual([undefined, undefined])
    write([intent()], [])
    expect((await all())[0]?.principal).toBeUndefined()
  })

  test('a value that is not the one that was committed to is none, and a bad line no call', async () => {
    const forged = SIDE.map((line) => ('value' in line ? { ...line, value: 'eve' } : line))
    write([intent()], forged)
    expect((await all())[0]?.principal).toBeUndefined()
    writeFileSync(
      join(folder, `${NAME}.jsonl`),
      `{"leaf":"${'A'.repeat(43)}","record":${canonicalJson(intent())}}\n`,
    )
    expect(await all()).toEqual([])
  })

  test('from a time on', async () => {
    write([intent(), intent({ requestId: 'r2', time: '2026-04-01T07:00:00.000Z' })], SIDE)
    const found = await all(Date.parse('2026-04-01T06:30:00Z'))
    expect(found.map(({ requestId }) => requestId)).toEqual(['r2'])
  })
})
