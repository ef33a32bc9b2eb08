import fc from 'fast-check'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  parseSwitch,
  switchKey,
  switchText,
  type Switch,
  type Switched,
} from '../../../src/authorize/switches/switch.ts'
import { createSwitches } from '../../../src/authorize/switches/switches.ts'
import type { VisibleList } from '../../../src/authorize/lists.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'
import type { Store } from '../../../src/store/store.ts'
import { identity, ISSUER, tool } from '../world.ts'

afterEach(() => vi.useRealTimers())

const off = (switched: Switched, reason = 'a test'): Switch => ({ switched, reason, sinceMs: 1 })
const EVERYTHING: Switched = { what: 'everything' }
const BOB: Switched = { what: 'person', issuer: ISSUER, name: 'bob' }
const IDE: Switched = { what: 'client', issuer: ISSUER, name: 'ide' }
const READ: Switched = { what: 'tool', name: 'records___read' }
const RECORDS: Switched = { what: 'target', name: 'records' }
const read = tool('records___read')
const write = tool('records___write')
const other = tool('market___read')

async function make(over: Partial<Store> = {}) {
  const time = { ms: 0 }
  const clock = { wallMs: () => 1_790_000_000_000 + time.ms, monotonicMs: () => time.ms }
  const store = createMemoryStore(clock)
  const told: unknown[] = []
  const open = async (used: Store) => {
    const switches = createSwitches(used, clock, (failure) => told.push(failure))
    onTestFinished(switches.close)
    await switches.refresh()
    return switches
  }
  return { store, time, told, open, switches: await open({ ...store, ...over }) }
}

describe('kill switch: who and what is refused', () => {
  test.each<[string, Switched, ReturnType<typeof identity>, ReturnType<typeof identity>]>([
    ['a person, at any client', BOB, identity('bob', { clientId: 'x' }), identity('carol')],
    ['a person behind an agent', BOB, identity('bob', { kind: 'agent' }), identity('carol')],
    ['a client, whoever uses it', IDE, identity('bob'), identity('bob', { clientId: 'x' })],
    [
      'a client that is a machine',
      IDE,
      identity('', { kind: 'client' }),
      identity('', { kind: 'client', clientId: 'bob' }),
    ],
    [
      'a person of that issuer alone',
      BOB,
      identity('bob'),
      identity('bob', { issuer: `${ISSUER}/` }),
    ],
  ])('%s', async (_what, switched, refused, spared) => {
    const { switches } = await make()
    expect(switches.ofCaller(refused)).toBeUndefined()
    await switches.disable(off(switched, 'lost laptop'))
    expect(switches.ofCaller(refused)).toMatchObject({
      refused: 'authorize.disabled',
      seen: `the ${switched.what}`,
      reason: expect.stringMatching(/^disabled since .*Z$/) as string,
    })
    expect(switches.ofCaller(spared)).toBeUndefined()
    expect(await switches.enable(switched)).toBe(true)
    expect(switches.ofCaller(refused)).toBeUndefined()
    expect(await switches.enable(switched)).toBe(false)
  })

  test('a machine is not the person of the same name', async () => {
    const { switches } = await make()
    await switches.disable(off(BOB))
    expect(switches.ofCaller(identity('', { kind: 'client', clientId: 'bob' }))).toBeUndefined()
  })

  test('everything: everybody', async () => {
    const { switches } = await make()
    await switches.disable(off(EVERYTHING))
    expect(switches.ofCaller(identity('bob'))).toMatchObject({ seen: 'everything' })
    expect(switches.ofCaller(identity('', { kind: 'client' }))).toMatchObject({
      seen: 'everything',
    })
  })

  test('a tool, and a target with all of its tools', async () => {
    const { switches } = await make()
    const refused = () => [read, write, other].map((entry) => switches.ofTool(entry)?.seen)
    await switches.disable(off(READ))
    expect(refused()).toEqual(['the tool', undefined, undefined])
    await switches.disable(off(RECORDS))
    expect(refused()).toEqual(['the tool', 'the target', undefined])
    await switches.enable(READ)
    expect(refused()).toEqual(['the target', 'the target', undefined])
  })

  test('lists lose what is disabled, with another version for each change, and are kept', async () => {
    const { switches } = await make()
    const list: VisibleList = {
      entries: [other, read, write],
      hidden: 2,
      wouldHide: [],
      version: 'v',
    }
    expect(switches.narrow(list)).toBe(list)
    await switches.disable(off(READ))
    const less = switches.narrow(list)
    expect(less).toMatchObject({ entries: [other, write], hidden: 3 })
    expect(less.version).not.toBe('v')
    expect(switches.narrow(list)).toBe(less)
    await switches.disable(off(RECORDS))
    expect(switches.narrow(list).entries).toEqual([other])
    expect(switches.narrow(list).version).not.toBe(less.version)
  })
})

describe('kill switch: store and time', () => {
  test('it has no end: a year later, and in a process that starts then', async () => {
    const { switches, open, store, time } = await make()
    await switches.disable(off(READ))
    time.ms += 366 * 86_400_000
    await store.sweep(1000)
    expect((await open(store)).ofTool(read)).toBeDefined()
  })

  test('bites before it is written', async () => {
    const { switches } = await make({ put: () => new Promise(() => undefined) })
    void switches.disable(off(READ))
    expect(switches.ofTool(read)).toBeDefined()
  })

  test('what could not be written stays in effect, and is written as soon as that can be done', async () => {
    let away = true
    const { store, open } = await make()
    const put: Store['put'] = (row) => (away ? Promise.reject(new Error('away')) : store.put(row))
    const switches = await open({ ...store, put })
    await expect(switches.disable(off(READ))).rejects.toThrow('away')
    await expect(switches.refresh()).rejects.toThrow('away')
    expect(switches.ofTool(read)).toBeDefined()
    away = false
    await switches.refresh()
    expect((await open(store)).ofTool(read)).toBeDefined()
  })

  test('what could not be deleted stays disabled', async () => {
    const { switches } = await make({ consumeOnce: () => Promise.reject(new Error('away')) })
    await switches.disable(off(READ))
    await expect(switches.enable(READ)).rejects.toThrow('away')
    expect(switches.ofTool(read)).toBeDefined()
  })

  test('another process learns of it within ten seconds, and of its end', async () => {
    vi.useFakeTimers()
    const { switches, open, store } = await make()
    const elsewhere = await open(store)
    await switches.disable(off(READ))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(elsewhere.ofTool(read)).toBeDefined()
    await switches.enable(READ)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(elsewhere.ofTool(read)).toBeUndefined()
  })

  test('an order that comes while a read is under way is not undone by it', async () => {
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const { store, open } = await make()
    let reads = 0
    const switches = await open({
      ...store,
      list: async (kind, limit) => {
        const rows = await store.list(kind, limit)
        if (reads++ > 0) await held
        return rows
      },
    })
    const reading = switches.refresh()
    const written = switches.disable(off(READ))
    release()
    await Promise.all([reading, written])
    expect(switches.ofTool(read)).toBeDefined()
    const again = switches.refresh()
    const enabled = switches.enable(READ)
    await Promise.all([again, enabled])
    expect(switches.ofTool(read)).toBeUndefined()
  })

  test('a row that cannot be read: no start; later nothing is enabled by it, and it is told', async () => {
    vi.useFakeTimers()
    const { switches, store, open, told } = await make()
    await switches.disable(off(READ))
    await store.put({ kind: 'disabled', id: 'x', value: '{"what":"planet"}' })
    await store.put({ kind: 'disabled', id: switchKey(RECORDS), value: switchText(off(RECORDS)) })
    await store.consumeOnce('disabled', switchKey(READ))
    await expect(open(store)).rejects.toMatchObject({ code: 'store.unavailable' })
    await vi.advanceTimersByTimeAsync(10_000)
    expect([read, write].map((entry) => switches.ofTool(entry)?.seen)).toEqual([
      'the tool',
      'the target',
    ])
    expect(told.at(-1)).toMatchObject({ code: 'store.unavailable' })
    await store.consumeOnce('disabled', 'x')
    await vi.advanceTimersByTimeAsync(10_000)
    expect([told.at(-1), switches.ofTool(read)?.seen]).toEqual([undefined, 'the target'])
  })

  test('nobody comes in before the first read, nor with a list that is too old', async () => {
    const { switches, time, store } = await make()
    const clock = { wallMs: () => 0, monotonicMs: () => 0 }
    const unread = createSwitches(store, clock)
    onTestFinished(unread.close)
    expect(() => unread.ofCaller(identity('bob'))).toThrow('too old')
    time.ms = 900_000
    expect(switches.ofCaller(identity('bob'))).toBeUndefined()
    time.ms += 1
    expect(() => switches.ofCaller(identity('bob'))).toThrow('too old')
  })
})

describe('a row', () => {
  const name = fc.string({ unit: 'grapheme' })
  const switched: fc.Arbitrary<Switched> = fc.oneof(
    fc.constant(EVERYTHING),
    fc.record({ what: fc.constantFrom('tool' as const, 'target' as const), name }),
    fc.record({ what: fc.constantFrom('client' as const, 'person' as const), issuer: name, name }),
  )

  test('is read as it was written', () => {
    fc.assert(
      fc.property(switched, name, fc.nat(), (of, reason, sinceMs) => {
        const row = { switched: of, reason, sinceMs }
        expect(parseSwitch(switchText(row))).toEqual(row)
      }),
    )
  })

  test('has a key of its own', () => {
    fc.assert(
      fc.property(switched, switched, (a, b) => {
        expect(switchKey(a) === switchKey(b)).toBe(JSON.stringify(a) === JSON.stringify(b))
      }),
    )
  })

  test.each([
    '',
    '[]',
    '{}',
    '{"what":"tool","name":1,"reason":"","sinceMs":1}',
    '{"what":"person","name":"bob","reason":"","sinceMs":1}',
    '{"what":"everything","reason":"","sinceMs":"1"}',
  ])('`%s` is none', (text) => expect(parseSwitch(text)).toBeUndefined())
})
