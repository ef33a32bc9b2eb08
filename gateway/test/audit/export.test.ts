import { describe, expect, test } from 'vitest'
import { exportLog, type ExportSettings } from '../../src/audit/export.ts'
import { refuse } from '../../src/refusal.ts'
import { newFolder, openAudit, recordsIn } from './made.ts'
import { ADDRESS, credential, factsOf, identityOf, permitOf } from './products.ts'

type Line = Record<string, unknown>

/** A call, a list, two refusals and a revocation, in two logs. */
async function logs(): Promise<string> {
  const folder = newFolder()
  const first = await openAudit(folder)
  const sequence = await first.intent(permitOf('r0'), credential, ADDRESS, undefined)
  first.outcome(sequence, 'r0', factsOf(), 1)
  first.list(identityOf(), 'r1', { shown: 3, hidden: 1, wouldHide: [] })
  await first.close()
  const second = await openAudit(folder)
  const context = {
    traceId: undefined,
    peerAddress: ADDRESS,
    tool: 'market___buy',
    method: 'tools/call',
  }
  second.refusal(refuse('authorize.denied', { reason: 'no policy permits it' }), {
    ...context,
    requestId: 'r2',
    identity: identityOf('bob'),
  })
  second.refusal(refuse('identify.token_expired', {}), {
    ...context,
    requestId: 'r3',
    identity: undefined,
  })
  const about = { issuer: 'https://login.acme.example', subject: 'bob' }
  await second.event('token_revoked', { by: 'subject' }, about)
  await second.close()
  return folder
}

async function lines(folder: string, settings: Partial<ExportSettings>): Promise<Line[]> {
  const read: Line[] = []
  const whole = { format: 'jsonl', personal: false, ...settings } as const
  for await (const { text } of exportLog(folder, whole)) {
    for (const line of text.split('\n').slice(0, -1)) read.push(JSON.parse(line) as Line)
  }
  return read
}

describe('policy-audit §2.6: JSON Lines', () => {
  test('are the records as they stand, in order, personal values beside them only where asked for', async () => {
    const folder = await logs()
    const records = recordsIn(folder)
    expect(await lines(folder, {})).toEqual(records)
    const [intent, , , , refusal] = await lines(folder, { personal: true })
    expect(intent?.['personal']).toMatchObject({ subject: 'alice', address: ADDRESS })
    expect(refusal?.['personal']).toMatchObject({ subject: 'bob' })
  })

  test('go on behind any record', async () => {
    const folder = await logs()
    const whole = await lines(folder, {})
    const positions: string[] = []
    for await (const { position } of exportLog(folder, { format: 'jsonl', personal: false })) {
      positions.push(position)
    }
    const [afterFirst = ''] = positions
    expect(await lines(folder, { after: afterFirst })).toEqual(whole.slice(4))
    expect(await lines(folder, { after: afterFirst.replace(/\d+$/, '1') })).toEqual(whole.slice(2))
    expect(await lines(folder, { after: String(positions.at(-1)) })).toEqual([])
    await expect(lines(folder, { after: 'nowhere' })).rejects.toThrow('is no position')
  })
})

describe('policy-audit §2.6: OCSF 1.8.0', () => {
  test('calls, lists and refusals are API Activity, tokens Authentication; the rest has no event', async () => {
    const events = await lines(await logs(), { format: 'ocsf' })
    expect(events.map(({ class_uid, type_uid, status }) => [class_uid, type_uid, status])).toEqual([
      [6003, 600399, 'Success'],
      [6003, 600302, 'Success'],
      [6003, 600399, 'Failure'],
      [3002, 300201, 'Failure'],
      [3002, 300202, 'Success'],
    ])
  })

  test('each event has what the schema requires of its class', async () => {
    for (const event of await lines(await logs(), { format: 'ocsf', personal: true })) {
      expect(event).toMatchObject({
        activity_id: expect.any(Number),
        category_uid: event['class_uid'] === 6003 ? 6 : 3,
        severity_id: expect.any(Number),
        time: expect.any(Number),
        type_uid: Number(event['class_uid']) * 100 + Number(event['activity_id']),
        metadata: { version: '1.8.0', product: { name: 'Sallyport' } },
      })
      const required =
        event['class_uid'] === 6003
          ? { actor: { user: { uid: expect.any(String) } }, api: { operation: expect.any(String) } }
          : { user: { uid: expect.any(String) }, service: { name: 'Sallyport' } }
      expect(event).toMatchObject({ ...required, src_endpoint: expect.any(Object) })
    }
  })

  test('an outcome says what its intent said, also behind the record that an export goes on from', async () => {
    const folder = await logs()
    const [call] = await lines(folder, { format: 'ocsf', personal: true })
    expect(call).toMatchObject({
      actor: { app_uid: 'desktop', user: { uid: 'alice', name: 'alice' } },
      api: { operation: 'market___set_alert', service: { name: 'market' } },
      src_endpoint: { ip: ADDRESS },
      http_response: { code: 200 },
      metadata: { correlation_uid: 'r0' },
    })
    const { uid } = (call ?? {})['metadata'] as { uid: string }
    const [again] = await lines(folder, {
      format: 'ocsf',
      personal: true,
      after: uid.replace(/1$/, '0'),
    })
    expect(again).toEqual(call)
  })

  test('without the personal values nobody is named', async () => {
    const text = JSON.stringify(await lines(await logs(), { format: 'ocsf' }))
    for (const value of ['alice', 'bob', ADDRESS]) expect(text).not.toContain(value)
  })
})
