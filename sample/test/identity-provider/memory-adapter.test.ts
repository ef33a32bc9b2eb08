// The adapter's atomic consume, its expiry, and the end of a family.
import { expect, test } from 'vitest'
import { createMemoryAdapters } from '../../src/identity-provider/memory-adapter.ts'

function adapters() {
  const clock = { ms: 1_000_000 }
  return { clock, adapter: createMemoryAdapters(() => clock.ms) }
}

test('RFC 9700 §4.5: of two callers that both found a code unconsumed one wins, and the grant ends', async () => {
  const { adapter } = adapters()
  const codes = adapter('AuthorizationCode')
  const refreshTokens = adapter('RefreshToken')
  await codes.upsert('code', { grantId: 'grant' }, 60)
  await refreshTokens.upsert('refresh', { grantId: 'grant' }, 60)
  const found = await Promise.all([codes.find('code'), codes.find('code')])
  expect(found.map((payload) => payload?.consumed)).toEqual([undefined, undefined])
  await codes.consume('code')
  expect(await codes.find('code')).toMatchObject({ consumed: 1000 })
  await expect(codes.consume('code')).rejects.toThrow('invalid_grant')
  expect(await refreshTokens.find('refresh')).toBeUndefined()
})

test('what has expired is neither found nor consumed', async () => {
  const { adapter, clock } = adapters()
  const codes = adapter('AuthorizationCode')
  await codes.upsert('code', { uid: 'u' }, 60)
  clock.ms += 60_000
  expect(await codes.find('code')).toBeUndefined()
  expect(await codes.findByUid('u')).toBeUndefined()
  await expect(codes.consume('code')).rejects.toThrow('invalid_grant')
})

test('D-13: rows are bounded, the oldest go first', async () => {
  const { adapter } = adapters()
  const clients = adapter('Client')
  for (let index = 0; index < 10_001; index++) await clients.upsert(`c${index}`, {})
  expect(await clients.find('c0')).toBeUndefined()
  expect(await clients.find('c10000')).toBeDefined()
})

test('what is found is a copy: changing it changes nothing in the store', async () => {
  const { adapter } = adapters()
  const grants = adapter('Grant')
  await grants.upsert('grant', { accountId: 'alice' })
  const found = await grants.find('grant')
  if (found !== undefined) found.accountId = 'mallory'
  expect(await grants.find('grant')).toMatchObject({ accountId: 'alice' })
})
