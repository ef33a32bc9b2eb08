import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commitment } from '../../src/audit/commitment.ts'
import type { RefusalContext } from '../../src/audit/record.ts'
import { verifyLog } from '../../src/audit/verify.ts'
import { rawNumber } from '../../src/json/raw-number.ts'
import { refuse } from '../../src/refusal.ts'
import { newFolder, openAudit, personalIn, recordsIn } from './made.ts'
import { ADDRESS, credential, factsOf, identityOf, permitOf } from './products.ts'

const nobody: RefusalContext = {
  requestId: 'r0',
  traceId: undefined,
  peerAddress: ADDRESS,
  identity: undefined,
  tool: undefined,
  method: undefined,
}

/** Everything that is written in the folder, as one text. */
function written(folder: string, ending: string): string {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('')
}

function saltOf(folder: string, key: unknown): string {
  const line = personalIn(folder).find((line) => line['key'] === key && 'salt' in line)
  return String(line?.['salt'])
}

describe('policy-audit §2.2: what a record holds', () => {
  test('intent, then outcome: who, what, decision, credential, and what came of it', async () => {
    const folder = newFolder()
    const audit = await openAudit(folder)
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
    const sequence = await audit.intent(permitOf('r1'), credential, ADDRESS, trace)
    audit.outcome(sequence, 'r1', factsOf(), 12.3456)
    await audit.close()
    const [intent, outcome] = recordsIn(folder)
    expect(intent).toMatchObject({
      version: 1,
      kind: 'intent',
      sequence,
      requestId: 'r1',
      traceId: trace,
      who: {
        kind: 'person',
        client: 'desktop',
        acr: 'mfa',
        amr: ['pwd', 'otp'],
        token: '0badcafe',
      },
      tool: { target: 'market', name: 'market___set_alert', hash: 'ab'.repeat(32) },
      arguments: { kept: { '/market': 'DE' }, bytes: 28 },
      decision: { answer: 'permit', mode: 'ENFORCE', policies: ['market.cedar#alerts'] },
      credential: { kind: 'secret', id: 'market', version: '3' },
    })
    const at = Date.parse(String(intent?.time))
    expect(intent?.authAgeSeconds).toBe(Math.floor(at / 1000) - 1_789_999_000)
    expect(outcome).toMatchObject({
      kind: 'outcome',
      intent: { instance: intent?.instance, sequence },
      class: 'ok',
      status: 200,
      durationMs: 12.346,
      targetRequestId: 'target-1',
      result: { bytes: 36 },
    })
    expect(await verifyLog(folder)).toMatchObject({ ok: true, findings: [], records: 3 })
  })

  test('policy-audit §2.4: person, session, tenant and address are commitments that the salt of the side file opens', async () => {
    const folder = newFolder()
    const audit = await openAudit(folder)
    const sequence = await audit.intent(permitOf('r1'), credential, ADDRESS, undefined)
    audit.outcome(sequence, 'r1', factsOf('{"secret":1}'), 1)
    await audit.close()
    const [intent, outcome] = recordsIn(folder)
    const who = intent?.who ?? {}
    const salt = saltOf(folder, who['key'])
    expect(who['subject']).toBe(commitment(salt, 'subject', 'alice'))
    expect(who['tenant']).toBe(commitment(salt, 'tenant', 'acme'))
    expect(who['session']).toBe(commitment(salt, 'session', 'session-1'))
    expect(intent?.source).toBe(commitment(salt, 'address', ADDRESS))
    expect(intent?.arguments.digest).toBe(
      commitment(salt, `arguments:${sequence}`, '{"market":"DE","price":12.5}'),
    )
    expect(outcome?.result.digest).toBe(commitment(salt, `result:${sequence + 1}`, '{"secret":1}'))
    expect(personalIn(folder)).toContainEqual({
      commitment: who['subject'],
      key: who['key'],
      label: 'subject',
      record: 0,
      value: 'alice',
    })
  })

  test('two people, two salts; one person with two tokens, one; equal arguments do not show as equal', async () => {
    const folder = newFolder()
    const audit = await openAudit(folder)
    const people = [identityOf(), identityOf('alice', 'session-2'), identityOf('bob')]
    for (const [n, identity] of people.entries()) {
      await audit.intent(permitOf(`r${n}`, {}, { identity }), credential, ADDRESS, undefined)
    }
    await audit.close()
    const [a, b, c] = recordsIn(folder).map((record) => record.who)
    expect(a?.['key']).toBe(b?.['key'])
    expect(a?.['subject']).toBe(b?.['subject'])
    expect(a?.['session']).not.toBe(b?.['session'])
    expect(c?.['key']).not.toBe(a?.['key'])
    expect(c?.['session']).not.toBe(a?.['session'])
    const digests = recordsIn(folder).map((record) => record.arguments?.digest)
    expect(new Set(digests.slice(0, 3)).size).toBe(3)
  })

  test('M-28: the digest is of the very numbers that were sent', async () => {
    const folder = newFolder()
    const audit = await openAudit(folder)
    const args = { b: rawNumber('12345678901234567.89'), a: rawNumber('9007199254740993') }
    const permit = permitOf('r1', args, { auditPaths: ['/a'] })
    const sequence = await audit.intent(permit, credential, ADDRESS, undefined)
    await audit.close()
    const [intent] = recordsIn(folder)
    const salt = saltOf(folder, intent?.who['key'])
    const sent = '{"a":9007199254740993,"b":12345678901234567.89}'
    expect(intent?.arguments.digest).toBe(commitment(salt, `arguments:${sequence}`, sent))
    expect(written(folder, '.jsonl')).toContain('"kept":{"/a":9007199254740993}')
    expect((await verifyLog(folder)).findings).toEqual([])
  })

  test('arguments and results of a megabyte are digested, not kept', async () => {
    const folder = newFolder()
    const audit = await openAudit(folder)
    const note = 'ü'.repeat(500_000)
    const calls = await Promise.all(
      ['r1', 'r2'].map((id) =>
        audit.intent(
          permitOf(id, { note }, { auditPaths: ['/note'] }),
          credential,
          ADDRESS,
          undefined,
        ),
      ),
    )
    const result = `{"text":"${note}"}`
    for (const [n, sequence] of calls.entries()) {
      audit.outcome(sequence, `r${n + 1}`, factsOf(result), 1)
    }
    await audit.close()
    const records = recordsIn(folder)
    const salt = saltOf(folder, records[0]?.who?.['key'])
    expect(records[1]?.arguments).toEqual({
      bytes: 1_000_011,
      digest: commitment(salt, 'arguments:1', `{"note":"${note}"}`),
      kept: { '/note': expect.stringMatching(/^ü{255}…$/) as string },
    })
    expect(records[2]?.result?.digest).toBe(commitment(salt, 'result:2', result))
    expect(records[3]?.result?.digest).toBe(commitment(salt, 'result:3', result))
  })

  test('an event keeps its detail in clear and the person whom it is about as commitments', async () => {
    const folder = newFolder()
    const audit = await openAudit(folder)
    const about = { issuer: 'https://login.acme.example', subject: 'dan', session: 's9' }
    await audit.event('token_revoked', { by: 'operator' }, about)
    await audit.close()
    const [record] = recordsIn(folder)
    const salt = saltOf(folder, record?.about['key'])
    expect(record).toMatchObject({
      kind: 'token_revoked',
      detail: { by: 'operator' },
      about: {
        issuer: about.issuer,
        subject: commitment(salt, 'subject', 'dan'),
        session: commitment(salt, 'session', 's9'),
      },
    })
    expect(JSON.stringify(record)).not.toContain('"dan"')
  })

  test('a refusal keeps the true code, what was told, and nobody in particular where nobody is known', async () => {
    const folder = newFolder()
    const audit = await openAudit(folder)
    const hidden = refuse('authorize.no_such_tool', {
      actual: 'authorize.denied',
      policies: ['p#1'],
    })
    audit.refusal(hidden, { ...nobody, identity: identityOf(), tool: 'market___hidden' })
    audit.refusal(refuse('identify.no_token'), nobody)
    await audit.close()
    const [denied, unknown] = recordsIn(folder)
    expect(denied).toMatchObject({
      kind: 'refusal',
      code: 'authorize.denied',
      told: 'authorize.no_such_tool',
      policies: ['p#1'],
      tool: { name: 'market___hidden' },
      who: { kind: 'person' },
    })
    expect(unknown).toMatchObject({
      code: 'identify.no_token',
      who: { key: expect.any(String) as string },
    })
    const salt = saltOf(folder, unknown?.who['key'])
    expect(unknown?.source).toBe(commitment(salt, 'address', ADDRESS))
  })
})

describe('what never reaches the log', () => {
  test('J-21: credential, token, subject, address and arguments that are not allowed stand nowhere in it', async () => {
    const folder = newFolder()
    const audit = await openAudit(folder)
    const args = { market: 'DE', iban: 'canary-argument', deep: { pin: 'canary-deep' } }
    const permit = permitOf('r1', args, {
      identity: identityOf('canary-subject', 'canary-session'),
    })
    const sequence = await audit.intent(permit, credential, 'canary-address', undefined)
    audit.outcome(sequence, 'r1', factsOf('{"result":"canary-result"}'), 1)
    audit.refusal(refuse('authorize.denied'), { ...nobody, identity: permit.identity })
    await audit.close()
    const log = written(folder, '.jsonl').replaceAll(written(folder, '.personal.jsonl'), '')
    expect(log).toContain('"kept":{"/market":"DE"}')
    expect(log).not.toMatch(/canary/)
    const side = written(folder, '.personal.jsonl')
    expect(side).toMatch(/canary-subject.*canary-session.*canary-address/s)
    expect(side).not.toMatch(/canary-(credential|argument|deep|result)/)
  })

  test('only the owner may read the files', async () => {
    const folder = join(newFolder(), 'audit')
    const audit = await openAudit(folder)
    await audit.event('boot', {})
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(folder)) {
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600])
    }
  })

  test('H-17: line breaks, escapes and direction marks of a caller stay inside one line of valid JSON', async () => {
    const folder = newFolder()
    const audit = await openAudit(folder)
    const nasty = 'x\r\n{"leaf":"forged"}\u001b[2J\u009b2J\u2028\u202e\u0000\ud800 "quoted" \\'
    audit.refusal(refuse('in.no_such_method', { seen: nasty, reason: nasty }), {
      ...nobody,
      method: nasty,
      tool: nasty.repeat(1000),
    })
    await audit.event('config_changed', { [nasty]: nasty, numbers: [Infinity, Number.NaN] })
    await audit.close()
    const log = written(folder, 'Z-').concat(written(folder, '.jsonl'))
    // eslint-disable-next-line no-control-regex
    expect(log).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202e]/)
    expect(await verifyLog(folder)).toMatchObject({ findings: [], records: 3 })
    expect(recordsIn(folder)[0]).toMatchObject({
      method: expect.stringMatching(/^x\r\n/) as string,
    })
  })

  test('D-14: no record is larger than 16 KiB', async () => {
    const folder = newFolder()
    const audit = await openAudit(folder)
    const names = Array.from({ length: 60 }, (_, n) => [`field ${n}`, 'ü'.repeat(2000)])
    await audit.event('config_changed', Object.fromEntries(names) as Record<string, string>)
    const pointers = Array.from({ length: 64 }, (_, n) => `/${n}${'ü'.repeat(200)}`)
    const args = Object.fromEntries(pointers.map((pointer) => [pointer.slice(1), 'ü'.repeat(300)]))
    const permit = permitOf('r1', args, { auditPaths: pointers })
    await audit.intent(permit, credential, ADDRESS, undefined)
    await audit.close()
    for (const line of written(folder, '.jsonl').split('\n')) {
      expect(Buffer.byteLength(line)).toBeLessThan(16 * 1024 + 100)
    }
    expect(recordsIn(folder)[0]).toMatchObject({ kind: 'config_changed', cut: true })
    expect((await verifyLog(folder)).findings).toEqual([])
  })
})

describe('the life of a log', () => {
  test('calls in parallel: every promise has the number of its own record, without gaps', async () => {
    const folder = newFolder()
    const audit = await openAudit(folder)
    const ids = Array.from({ length: 300 }, (_, n) => `r${n}`)
    const sequences = await Promise.all(
      ids.map((id, n) => {
        const durability = n % 3 === 0 ? 'synced' : 'written'
        return audit.intent(permitOf(id, {}, { durability }), credential, ADDRESS, undefined)
      }),
    )
    for (const [n, id] of ids.entries()) audit.outcome(sequences[n] ?? -1, id, factsOf(), 1)
    await audit.close()
    const records = recordsIn(folder)
    for (const [n, id] of ids.entries()) {
      expect(records[sequences[n] ?? -1]).toMatchObject({ kind: 'intent', requestId: id })
    }
    expect(await verifyLog(folder)).toMatchObject({
      findings: [],
      kinds: { intent: 300, outcome: 300, shutdown: 1 },
    })
  })

  test('a record is in the file when its promise ends', async () => {
    const folder = newFolder()
    const audit = await openAudit(folder)
    for (const durability of ['written', 'synced'] as const) {
      const permit = permitOf(durability, {}, { durability })
      await audit.intent(permit, credential, ADDRESS, undefined)
      expect(written(folder, '.jsonl')).toContain(`"requestId":"${durability}"`)
    }
  })

  test('a closed log refuses intents and events, and closing it twice does no harm', async () => {
    const audit = await openAudit(newFolder())
    await Promise.all([audit.close(), audit.close()])
    expect(audit.healthy()).toBe(false)
    const refused = expect.objectContaining({ code: 'audit.unavailable' }) as unknown
    await expect(audit.intent(permitOf('r'), credential, ADDRESS, undefined)).rejects.toEqual(
      refused,
    )
    await expect(audit.event('boot', {})).rejects.toEqual(refused)
    audit.outcome(0, 'r', factsOf(), 1)
    audit.refusal(refuse('authorize.denied'), nobody)
  })

  test('whoever watches gets the latest records and all that follow, until they stop', async () => {
    const audit = await openAudit(newFolder())
    await audit.event('boot', { n: 0 })
    const seen: string[] = []
    const stop = audit.subscribe((record) => seen.push(record))
    await audit.event('config_changed', { n: 1 })
    await expect.poll(() => seen.length).toBe(2)
    const late: string[] = []
    const stopLate = audit.subscribe((record) => late.push(record))
    expect(late).toEqual(seen)
    stop()
    await audit.event('config_changed', { n: 2 })
    await expect.poll(() => late.length).toBe(3)
    stopLate()
    expect(seen).toHaveLength(2)
    expect(late.map((record) => (JSON.parse(record) as { detail: unknown }).detail)).toEqual([
      { n: 0 },
      { n: 1 },
      { n: 2 },
    ])
  })
})

test('policy-audit §2.1: what there was no room for is counted in the log, though nothing failed', async () => {
  const folder = newFolder()
  const audit = await openAudit(folder)
  const sequence = await audit.intent(permitOf('r1'), credential, ADDRESS, undefined)
  const facts = factsOf(JSON.stringify('x'.repeat(2000)))
  const many = 15_000
  for (let n = 0; n < many; n++) audit.outcome(sequence, `r${n}`, facts, 1)
  await audit.close()
  const records = recordsIn(folder)
  const lost = records
    .filter(({ kind }) => kind === 'recovery')
    .map((record) => (record as unknown as { lost: number }).lost)
  expect(lost).toHaveLength(1)
  expect(lost[0]).toBeGreaterThan(0)
  expect(records.filter(({ kind }) => kind === 'outcome').length + Number(lost[0])).toBe(many)
  expect(records.at(-1)?.kind).toBe('shutdown')
  expect(audit.health).toEqual([])
})
