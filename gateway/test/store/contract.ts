// What every store must do, run against each implementation: plainly and slowed by 5 ms per verb, because a
// race that a fast local store hides shows in a slow one. 50 callers at once, a clock that the test moves.
import { describe, expect, onTestFinished, test } from 'vitest'
import { KINDS, type KindRules } from '../../src/store/kinds.ts'
import type { Put, Store } from '../../src/store/store.ts'
import type { Clock } from '../../src/system/clock.ts'

export type OpenStore = (clock: Clock, rules: KindRules) => Promise<Store>

const CALLERS = 50
const NOW = 1_790_000_000_000
const HOUR = 3_600_000

export function storeContract(name: string, openStore: OpenStore): void {
  describe.each([0, 5])(`${name}, slowed by %i ms`, (delayMs) => {
    contract(async (clock, rules) => slowed(await openStore(clock, rules), delayMs))
  })
}

function contract(openStore: OpenStore): void {
  const small: KindRules = {
    ...KINDS,
    pin: { hashedIds: false, cap: 10, whenFull: 'refuse' },
    revocation: { hashedIds: true, cap: 10, whenFull: 'evict' },
  }
  const open = async (rules: KindRules = KINDS) => {
    const time = movableClock()
    const store = await openStore(time.clock, rules)
    onTestFinished(() => store.close())
    return { store, time }
  }
  const put = (id: string, more: Partial<Put> = {}): Put => ({
    kind: 'pin',
    id,
    value: `"${id}"`,
    ...more,
  })
  const parallel = <Result>(call: (caller: number) => Promise<Result>): Promise<Result[]> =>
    Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)))

  test('a row is read back as it was put, and a second put replaces it', async () => {
    const { store } = await open()
    await store.put(put('a', { index: 'i', expiresAtMs: NOW + HOUR }))
    const first = await store.get('pin', 'a')
    expect(first).toMatchObject({ id: 'a', value: '"a"', index: 'i', expiresAtMs: NOW + HOUR })
    await store.put(put('a', { value: '"ü\u0000😀"' }))
    const second = await store.get('pin', 'a')
    expect(second).toMatchObject({ value: '"ü\u0000😀"', index: undefined, expiresAtMs: undefined })
    expect(second?.revision).toBeGreaterThan(first?.revision ?? Infinity)
    expect(await store.get('pin', 'b')).toBeUndefined()
    expect(await store.get('revocation', 'a')).toBeUndefined()
  })

  test('policy-audit §3: the id of a kind with hashed ids is kept as SHA-256 alone', async () => {
    const { store } = await open()
    await store.put(put('session-1', { kind: 'revocation' }))
    const row = await store.get('revocation', 'session-1')
    expect(row?.id).toBe('84097828fc31a8c8d29210df48901a85de7fd013f686b17be77d1be29cb7a98b')
    expect(await store.list('revocation', 10)).toEqual([row])
  })

  test('policy-audit §3: reads check the expiry themselves, before any sweep', async () => {
    const { store, time } = await open()
    await store.put(put('a', { expiresAtMs: NOW + 1000 }))
    time.pass(999)
    expect(await store.get('pin', 'a')).toBeDefined()
    time.pass(1)
    expect(await store.get('pin', 'a')).toBeUndefined()
    expect(await store.list('pin', 10)).toEqual([])
    expect(await store.consumeOnce('pin', 'a')).toBeUndefined()
    expect(await store.casUpdate(put('a'), 1)).toBe(false)
    expect(await store.insertIfAbsent(put('a', { expiresAtMs: NOW + HOUR }))).toBe(true)
  })

  test('list gives the least recently written rows first, and no more than asked for', async () => {
    const { store } = await open()
    for (const id of ['c', 'a', 'b', 'c']) await store.put(put(id))
    const ids = async (limit: number) => (await store.list('pin', limit)).map((row) => row.id)
    expect(await ids(10)).toEqual(['a', 'b', 'c'])
    expect(await ids(2)).toEqual(['a', 'b'])
  })

  test('consumeOnce gives the row to exactly one of 50 callers', async () => {
    const { store } = await open()
    for (let round = 0; round < 5; round += 1) {
      await store.put(put('code'))
      const taken = await parallel(() => store.consumeOnce('pin', 'code'))
      expect(taken.filter((row) => row !== undefined)).toHaveLength(1)
    }
  })

  test('insertIfAbsent is true for exactly one of 50 callers, and for one more after expiry', async () => {
    const { store, time } = await open()
    const insert = (caller: number) =>
      store.insertIfAbsent(
        put('jti', { value: `${caller}`, expiresAtMs: time.clock.wallMs() + 10 }),
      )
    for (let round = 0; round < 3; round += 1) {
      const inserted = await parallel(insert)
      expect(inserted.filter(Boolean)).toHaveLength(1)
      expect((await store.get('pin', 'jti'))?.value).toBe(`${inserted.indexOf(true)}`)
      time.pass(10)
    }
  })

  test('casUpdate: 50 callers that each add one until they win count to 50', async () => {
    const { store } = await open()
    await store.put(put('n', { value: '0' }))
    await parallel(async () => {
      for (;;) {
        const row = await store.get('pin', 'n')
        if (row === undefined) throw new Error('the row is gone')
        const value = String(Number(row.value) + 1)
        if (await store.casUpdate(put('n', { value }), row.revision)) return
      }
    })
    expect((await store.get('pin', 'n'))?.value).toBe(`${CALLERS}`)
  })

  test('casUpdate: a revision is not used again after its row was deleted and inserted', async () => {
    const { store } = await open()
    await store.put(put('a'))
    const old = await store.consumeOnce('pin', 'a')
    await store.put(put('a'))
    expect(await store.casUpdate(put('a'), old?.revision ?? 0)).toBe(false)
    expect(await store.casUpdate(put('never'), 1)).toBe(false)
  })

  test('deleteByIndex deletes the rows of that kind and index, once', async () => {
    const { store } = await open()
    await parallel((n) => store.put(put(`${n}`, { index: n % 2 === 0 ? 'even' : 'odd' })))
    await store.put(put('x', { kind: 'revocation', index: 'even' }))
    const counts = await parallel(() => store.deleteByIndex('pin', 'even'))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(CALLERS / 2)
    expect(await store.list('pin', 100)).toHaveLength(CALLERS / 2)
    expect(await store.get('revocation', 'x')).toBeDefined()
  })

  test('D-13: a sweep deletes expired rows, no more than its batch', async () => {
    const { store, time } = await open()
    await parallel((n) => store.put(put(`${n}`, { expiresAtMs: NOW + 1000 })))
    await store.put(put('stays'))
    time.pass(1000)
    expect(await store.sweep(30)).toBe(30)
    expect(await store.sweep(30)).toBe(20)
    expect(await store.sweep(30)).toBe(0)
    expect(await store.get('pin', 'stays')).toBeDefined()
  })

  test('D-13: a clock that jumps ahead and back loses no row, one that jumps back keeps the cap', async () => {
    const { store, time } = await open(small)
    await store.put(put('a', { expiresAtMs: NOW + HOUR }))
    time.jump(10 * HOUR)
    expect(await store.get('pin', 'a')).toBeUndefined()
    expect(await store.sweep(100)).toBe(0)
    time.jump(-10 * HOUR)
    expect(await store.get('pin', 'a')).toBeDefined()
    time.jump(-10 * HOUR)
    await parallel((n) =>
      store.put(put(`r${n}`, { kind: 'revocation', expiresAtMs: time.clock.wallMs() + n })),
    )
    expect(await store.list('revocation', 100)).toHaveLength(10)
    time.jump(10 * HOUR)
    time.pass(2 * HOUR)
    expect(await store.sweep(100)).toBe(11)
  })

  test('D-13: a full kind drops its least recently written row, or refuses a new one, as its rule says', async () => {
    const { store, time } = await open(small)
    for (let n = 0; n < 12; n += 1) await store.put(put(`${n}`, { kind: 'revocation' }))
    expect(await store.get('revocation', '1')).toBeUndefined()
    expect(await store.get('revocation', '2')).toBeDefined()

    for (let n = 0; n < 9; n += 1) await store.put(put(`${n}`))
    await store.put(put('dying', { expiresAtMs: NOW + 1 }))
    const refused = expect.objectContaining({ code: 'store.unavailable' })
    await expect(store.put(put('tenth'))).rejects.toEqual(refused)
    await expect(store.insertIfAbsent(put('tenth'))).rejects.toEqual(refused)
    await store.put(put('3', { value: '"again"' }))
    time.pass(1)
    await store.put(put('tenth'))
    expect(await store.list('pin', 100)).toHaveLength(10)
  })
}

/** The same store with a pause before and after each verb. */
function slowed(store: Store, delayMs: number): Store {
  if (delayMs === 0) return store
  const pause = () => new Promise((resolve) => setTimeout(resolve, delayMs))
  const slow =
    <Args extends unknown[], Result>(verb: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await pause()
      const result = await verb(...args)
      await pause()
      return result
    }
  return {
    put: slow(store.put),
    get: slow(store.get),
    list: slow(store.list),
    consumeOnce: slow(store.consumeOnce),
    insertIfAbsent: slow(store.insertIfAbsent),
    casUpdate: slow(store.casUpdate),
    deleteByIndex: slow(store.deleteByIndex),
    sweep: slow(store.sweep),
    close: store.close,
  }
}

function movableClock() {
  let wallMs = NOW
  let monotonicMs = 0
  return {
    clock: { wallMs: () => wallMs, monotonicMs: () => monotonicMs } satisfies Clock,
    pass: (ms: number) => {
      wallMs += ms
      monotonicMs += ms
    },
    jump: (ms: number) => {
      wallMs += ms
    },
  }
}
