// The deny list (oauth §10, policy-audit §3; attacks J-22, M-27; promise F-05): keyed by issuer and id, held in
// memory, read again from the store, never weaker than it was.
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createDenyList } from '../../src/identify/deny-list.ts'
import { parseRevocation } from '../../src/identify/revocation.ts'
import type { RevocableToken, Revocation } from '../../src/identify/revocation.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { ISSUER, START_SECONDS, testClock } from './world.ts'

const NOW = START_SECONDS
const token = (more: Partial<RevocableToken> = {}): RevocableToken => ({
  issuer: ISSUER,
  subject: 'alice',
  jti: 'j',
  sid: 's',
  grant: 'g',
  clientId: 'desk',
  issuedAtSeconds: NOW - 10,
  signedInAtSeconds: more.issuedAtSeconds ?? NOW - 10,
  ...more,
})

function makeList(over: Partial<Store> = {}) {
  const clock = testClock()
  const store = createMemoryStore(clock)
  const failures: unknown[] = []
  const open = (used: Store) => {
    const list = createDenyList(used, clock, (error) => failures.push(error))
    onTestFinished(list.close)
    return list
  }
  return { clock, store, failures, open, list: open({ ...store, ...over }) }
}

afterEach(() => vi.useRealTimers())

describe('what is refused', () => {
  test.each<[Revocation, Partial<RevocableToken>]>([
    [{ by: 'jti', issuer: ISSUER, value: 'j' }, { jti: 'other' }],
    [{ by: 'sid', issuer: ISSUER, value: 's' }, { sid: undefined }],
    [{ by: 'grant', issuer: ISSUER, value: 'g' }, { grant: 'other' }],
    [
      { by: 'subject', issuer: ISSUER, value: 'alice', issuedUntilSeconds: NOW },
      { subject: undefined },
    ],
    [
      { by: 'client', issuer: ISSUER, value: 'desk', issuedUntilSeconds: NOW },
      { clientId: 'phone' },
    ],
  ])('oauth §10: %j, at once here and after a read elsewhere', async (revocation, spared) => {
    const { list, open, store } = makeList()
    const elsewhere = open(store)
    expect(list.refuses(token())).toBe(false)
    await list.revoke(revocation)
    expect(list.refuses(token())).toBe(true)
    expect(list.refuses(token(spared))).toBe(false)
    expect(list.refuses(token({ issuer: `${ISSUER}/` }))).toBe(false)
    expect(elsewhere.refuses(token())).toBe(false)
    await elsewhere.refresh()
    expect(elsewhere.refuses(token())).toBe(true)
  })

  test('oauth §10: a person’s token of the same second is refused, one of the next is not', async () => {
    const { list } = makeList()
    await list.revoke({ by: 'subject', issuer: ISSUER, value: 'alice', issuedUntilSeconds: NOW })
    expect(list.refuses(token({ issuedAtSeconds: NOW }))).toBe(true)
    expect(list.refuses(token({ issuedAtSeconds: NOW + 1 }))).toBe(false)
  })

  test('oauth §10: a token that was refreshed after the revocation goes back to a sign-in before it', async () => {
    const { list } = makeList()
    await list.revoke({ by: 'subject', issuer: ISSUER, value: 'alice', issuedUntilSeconds: NOW })
    const refreshed = { issuedAtSeconds: NOW + 900, signedInAtSeconds: NOW - 60 }
    expect(list.refuses(token(refreshed))).toBe(true)
    expect(list.refuses(token({ ...refreshed, signedInAtSeconds: NOW + 1 }))).toBe(false)
  })

  test('J-22: values of different kinds never meet', async () => {
    const { list } = makeList()
    await list.revoke({ by: 'jti', issuer: ISSUER, value: 'x' })
    expect(list.refuses(token({ sid: 'x', grant: 'x', subject: 'x', clientId: 'x' }))).toBe(false)
    expect(list.size()).toBe(1)
  })

  test('policy-audit §3: the id of a row tells nobody what was revoked', async () => {
    const { list, store } = makeList()
    await list.revoke({ by: 'jti', issuer: ISSUER, value: 'secret-id' })
    const rows = await store.list('revocation', 10)
    expect(rows[0]?.id).not.toContain('secret-id')
  })
})

describe('time', () => {
  test('a revocation outlives the longest token that it can meet, and then leaves', async () => {
    const { list, clock } = makeList()
    await list.revoke({ by: 'jti', issuer: ISSUER, value: 'j' })
    clock.advance(86_400 + 120)
    await list.refresh()
    expect(list.refuses(token())).toBe(true)
    clock.advance(3600)
    await list.refresh()
    expect(list.refuses(token())).toBe(false)
    expect(list.size()).toBe(0)
  })

  test('a later time extends, an earlier one never weakens, here and in the store', async () => {
    const { list, open, store } = makeList()
    const at = (issuedUntilSeconds: number): Revocation => ({
      by: 'subject',
      issuer: ISSUER,
      value: 'alice',
      issuedUntilSeconds,
    })
    await list.revoke(at(NOW))
    await list.revoke(at(NOW + 100))
    await list.revoke(at(NOW + 50))
    const elsewhere = open(store)
    await elsewhere.refresh()
    for (const one of [list, elsewhere]) {
      expect(one.refuses(token({ issuedAtSeconds: NOW + 100 }))).toBe(true)
      expect(one.refuses(token({ issuedAtSeconds: NOW + 101 }))).toBe(false)
    }
  })

  test('F-05: the age is infinite before the first read, then grows until the next', async () => {
    const { list, clock } = makeList()
    expect(list.ageMs()).toBe(Number.POSITIVE_INFINITY)
    await list.refresh()
    expect(list.ageMs()).toBe(0)
    clock.advance(7)
    expect(list.ageMs()).toBe(7000)
  })

  test('oauth §10: it is read again every ten seconds, and a failure is told', async () => {
    vi.useFakeTimers()
    let reads = 0
    const { failures, list } = makeList({
      list: async () => {
        reads += 1
        if (reads === 2) throw new Error('away')
        return []
      },
    })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(reads).toBe(1)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(failures).toEqual([undefined, new Error('away')])
    list.close()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(reads).toBe(2)
  })

  test('without anybody to tell, a failing read in the background ends nothing', async () => {
    vi.useFakeTimers()
    const store = createMemoryStore(testClock())
    const list = createDenyList(
      { ...store, list: () => Promise.reject(new Error('away')) },
      testClock(),
    )
    onTestFinished(list.close)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(list.ageMs()).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('races and failures', () => {
  test('a revocation made while a read is under way is not lost by it', async () => {
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const { list } = makeList({
      list: async () => {
        await held
        return []
      },
    })
    const reading = list.refresh()
    expect(list.refresh()).toBe(reading)
    await list.revoke({ by: 'jti', issuer: ISSUER, value: 'j' })
    release()
    await reading
    expect(list.refuses(token())).toBe(true)
  })

  test('a revocation that is still being written is not lost by a read', async () => {
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const { list, store } = makeList({
      insertIfAbsent: async (put) => {
        await held
        return store.insertIfAbsent(put)
      },
    })
    const revoking = list.revoke({ by: 'jti', issuer: ISSUER, value: 'j' })
    await list.refresh()
    expect(list.refuses(token())).toBe(true)
    release()
    await revoking
    await list.refresh()
    expect(list.refuses(token())).toBe(true)
  })

  test('a revocation that could not be written rejects', async () => {
    const away = new Error('away')
    const { list } = makeList({ insertIfAbsent: () => Promise.reject(away) })
    await expect(list.revoke({ by: 'jti', issuer: ISSUER, value: 'j' })).rejects.toBe(away)
  })

  test('a row that others keep changing or deleting is given up on, with a fault', async () => {
    const { list } = makeList({ insertIfAbsent: async () => false, casUpdate: async () => false })
    const revocation = { by: 'jti', issuer: ISSUER, value: 'j' } as const
    await expect(list.revoke(revocation)).rejects.toMatchObject({ code: 'store.unavailable' })
    const changing = makeList()
    await changing.list.revoke(revocation)
    const blocked = changing.open({ ...changing.store, casUpdate: async () => false })
    await expect(blocked.revoke(revocation)).rejects.toMatchObject({ code: 'store.unavailable' })
  })

  test('a row that cannot be read is overwritten by a revocation of the same id', async () => {
    const { list, store } = makeList()
    const revocation = { by: 'jti', issuer: ISSUER, value: 'j' } as const
    await store.put({ kind: 'revocation', id: JSON.stringify(['jti', ISSUER, 'j']), value: '{' })
    await list.revoke(revocation)
    await list.refresh()
    expect(list.refuses(token())).toBe(true)
  })

  test('M-27: a row of an unknown kind makes the list incomplete: loud, older, what is known counts', async () => {
    const { list, store } = makeList()
    await list.revoke({ by: 'jti', issuer: ISSUER, value: 'j' })
    await store.put({ kind: 'revocation', id: 'new', value: '{"by":"device","issuer":"i"}' })
    await expect(list.refresh()).rejects.toMatchObject({ code: 'identify.revocations_unavailable' })
    expect(list.refuses(token())).toBe(true)
    expect(list.ageMs()).toBe(Number.POSITIVE_INFINITY)
  })
})

test.each([
  'x',
  '7',
  '{}',
  '{"by":"jti","issuer":"i"}',
  '{"by":"jti","value":"v"}',
  '{"by":"device","issuer":"i","value":"v"}',
  '{"by":"subject","issuer":"i","value":"v"}',
  '{"by":"client","issuer":"i","value":"v","issuedUntilSeconds":"1"}',
])('a row %s is no revocation', (text) => {
  expect(parseRevocation(text)).toBeUndefined()
})
