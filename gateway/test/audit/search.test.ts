import { expect, test } from 'vitest'
import { findRecords } from '../../src/audit/search.ts'
import { refuse } from '../../src/refusal.ts'
import { newFolder, openAudit } from './made.ts'
import { ADDRESS, credential, factsOf, identityOf, permitOf } from './products.ts'

test('why: all records of one request, oldest first, with what the side file still knows', async () => {
  const folder = newFolder()
  const first = await openAudit(folder)
  const sequence = await first.intent(permitOf('wanted'), credential, ADDRESS, undefined)
  await first.intent(permitOf('other'), credential, ADDRESS, undefined)
  first.outcome(sequence, 'wanted', factsOf(), 1)
  await first.close()
  const second = await openAudit(folder)
  second.refusal(refuse('authorize.denied', { reason: '"requestId":"wanted"' }), {
    requestId: 'wanted-not',
    traceId: undefined,
    peerAddress: ADDRESS,
    identity: identityOf('bob'),
    tool: undefined,
    method: undefined,
  })
  await second.event('config_changed', {})

  const found = await findRecords(folder, 'wanted')
  expect(found).toMatchObject([
    {
      kind: 'intent',
      requestId: 'wanted',
      personal: { subject: 'alice', tenant: 'acme', session: 'session-1', address: ADDRESS },
    },
    { kind: 'outcome', intent: { sequence } },
  ])
  const [refusal] = await findRecords(folder, 'wanted-not')
  expect(refusal).toMatchObject({ kind: 'refusal', personal: { subject: 'bob' } })
  expect(await findRecords(folder, 'unknown')).toEqual([])
  expect(await findRecords(`${folder}/nowhere`, 'wanted')).toEqual([])
})
