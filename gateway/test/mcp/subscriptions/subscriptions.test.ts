// mcp/subscriptions/subscriptions.ts: who hears what, and how often at most.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ListenFilter, TargetEvent } from '../../../src/call/connector.ts'
import {
  createSubscriptions,
  type Reader,
  type Seen,
  type Subscriptions,
} from '../../../src/mcp/subscriptions/subscriptions.ts'
import type { Listen } from '../../../src/mcp/subscriptions/upstream.ts'
import { identity } from '../../authorize/world.ts'

const LISTS = {
  toolsListChanged: true,
  promptsListChanged: true,
  resourcesListChanged: true,
} as const
const PLAN: ListenFilter = { resourceSubscriptions: ['notes://plan'] }
const seen: Record<string, Seen | undefined> = {}
const readable = new Set<string>()
const opened: {
  target: string
  filter: ListenFilter
  on: Parameters<Listen>[1]
  signal: AbortSignal
}[] = []
const describeAgain = vi.fn()
let subscriptions: Subscriptions
let decisions = 0

const reader = (who: string): Reader => ({
  identity: identity(who),
  target: undefined,
  spoken: undefined,
  address: '127.0.0.1',
  requestId: 'r',
})
const nameOf = ({ identity: { principal } }: Reader): string =>
  'subject' in principal ? principal.subject : ''

beforeEach(() => {
  vi.useFakeTimers()
  opened.length = 0
  decisions = 0
  readable.clear()
  seen['alice'] = { tools: 'a', prompts: 'a', resources: 'a' }
  seen['bob'] = { tools: 'b', prompts: 'b', resources: 'b' }
  subscriptions = createSubscriptions({
    seen: (who) => Promise.resolve(seen[nameOf(who)]),
    readableAt(who, uri) {
      decisions += 1
      return readable.has(`${nameOf(who)} ${uri}`) ? 'notes' : undefined
    },
    listenTo: (target) => (filter, on, signal) =>
      new Promise((end) => {
        opened.push({ target, filter, on, signal })
        signal.addEventListener('abort', () => end('aborted'))
      }),
    targets: ['notes', 'other'],
    describeAgain,
    log: { warn: vi.fn() },
    nowMs: () => performance.now(),
  })
})
afterEach(() => {
  subscriptions.close()
  vi.useRealTimers()
})

async function follow(who: string, filter: ListenFilter) {
  const events: TargetEvent[] = []
  const nothingLeft = vi.fn()
  const listener = {
    reader: reader(who),
    filter: () => filter,
    told: (event: TargetEvent) => events.push(event),
    nothingLeft,
  }
  const honoured = subscriptions.honoured(listener.reader, filter)
  const unfollow = await subscriptions.follow(listener, honoured)
  return { events, nothingLeft, unfollow }
}

describe('lists', () => {
  test('protocol §8: whoever sees another list hears it, of the kinds that were asked for', async () => {
    const alice = await follow('alice', LISTS)
    const bob = await follow('bob', LISTS)
    const few = await follow('alice', { promptsListChanged: true })
    seen['alice'] = { tools: 'A', prompts: 'a', resources: 'A' }
    await vi.advanceTimersByTimeAsync(1_000)
    expect(alice.events).toEqual([{ kind: 'toolsListChanged' }, { kind: 'resourcesListChanged' }])
    expect([bob.events, few.events]).toEqual([[], []])
  })

  test('D-07: a storm of changes is one note a second', async () => {
    const { events } = await follow('alice', LISTS)
    for (let change = 0; change < 300; change += 1) {
      seen['alice'] = { tools: `a${change}`, prompts: 'a', resources: 'a' }
      subscriptions.changed()
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(events.length).toBeGreaterThanOrEqual(2)
    expect(events.length).toBeLessThanOrEqual(4)
  })

  test('a first change is told soon, the next one a second after it', async () => {
    const { events } = await follow('alice', LISTS)
    const change = async (tools: string) => {
      seen['alice'] = { tools, prompts: 'a', resources: 'a' }
      subscriptions.changed()
      await vi.advanceTimersByTimeAsync(150)
    }
    await change('b')
    expect(events).toHaveLength(1)
    await change('c')
    expect(events).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1_900)
    expect(events).toHaveLength(2)
  })

  test('whoever saw nothing hears of the first that there is to see', async () => {
    seen['alice'] = undefined
    const { events, nothingLeft } = await follow('alice', { toolsListChanged: true })
    await vi.advanceTimersByTimeAsync(1_000)
    seen['alice'] = { tools: 'a', prompts: '', resources: '' }
    await vi.advanceTimersByTimeAsync(1_000)
    expect(events).toEqual([{ kind: 'toolsListChanged' }])
    expect(nothingLeft).not.toHaveBeenCalled()
  })

  test('whoever sees nothing any more listens no longer', async () => {
    const { nothingLeft } = await follow('alice', LISTS)
    seen['alice'] = undefined
    await vi.advanceTimersByTimeAsync(1_000)
    expect(nothingLeft).toHaveBeenCalled()
  })

  test('a target that says that its lists have changed is asked again', async () => {
    await follow('alice', LISTS)
    expect(opened.map(({ filter }) => filter)).toEqual([LISTS, LISTS])
    opened[0]?.on.told({ kind: 'toolsListChanged' })
    expect(describeAgain).toHaveBeenCalledWith('notes')
  })

  test('D-07: one that says so in a storm is asked once a second, the last time after it', async () => {
    await follow('alice', LISTS)
    describeAgain.mockClear()
    for (let change = 0; change < 300; change += 1) {
      opened[0]?.on.told({ kind: 'toolsListChanged' })
      await vi.advanceTimersByTimeAsync(10)
    }
    const during = describeAgain.mock.calls.length
    expect(during).toBeGreaterThanOrEqual(2)
    expect(during).toBeLessThanOrEqual(4)
    opened[0]?.on.told({ kind: 'toolsListChanged' })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(describeAgain.mock.calls.length).toBe(during + 1)
  })
})

describe('resources', () => {
  test('an update passes to whoever may read the resource at this moment', async () => {
    for (const who of ['alice', 'bob']) readable.add(`${who} notes://plan`)
    const alice = await follow('alice', PLAN)
    const bob = await follow('bob', PLAN)
    expect(opened).toHaveLength(1)
    readable.delete('bob notes://plan')
    opened[0]?.on.told({ kind: 'resourceUpdated', uri: 'notes://plan' })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(alice.events).toEqual([{ kind: 'resourceUpdated', uri: 'notes://plan' }])
    expect(bob.events).toEqual([])
  })

  test('protocol §6: an update of a resource is heard from the target that owns it, and from no other', async () => {
    readable.add('alice notes://plan')
    const { events } = await follow('alice', { ...LISTS, ...PLAN })
    const updates = () => events.filter(({ kind }) => kind === 'resourceUpdated').length
    const from = (name: string) => opened.findLast(({ target }) => target === name)?.on
    from('other')?.told({ kind: 'resourceUpdated', uri: 'notes://plan' })
    await vi.advanceTimersByTimeAsync(2_500)
    expect(updates()).toBe(0)
    for (const name of ['notes', 'other']) {
      from(name)?.told({ kind: 'resourceUpdated', uri: 'notes://plan' })
    }
    await vi.advanceTimersByTimeAsync(2_500)
    expect(updates()).toBe(1)
  })

  test('D-07: a storm of updates of one resource is one note a second', async () => {
    readable.add('alice notes://plan')
    const { events } = await follow('alice', PLAN)
    for (let update = 0; update < 300; update += 1) {
      opened[0]?.on.told({ kind: 'resourceUpdated', uri: 'notes://plan' })
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(events.length).toBeGreaterThanOrEqual(2)
    expect(events.length).toBeLessThanOrEqual(4)
  })

  test('D-07: each URI of each listener is decided once when it opens and once a look, whoever else comes and whatever is told', async () => {
    const uris = Array.from({ length: 200 }, (_, index) => `notes://${index}`)
    for (const uri of uris) readable.add(`alice ${uri}`)
    for (let listener = 0; listener < 5; listener += 1) {
      await follow('alice', { resourceSubscriptions: uris })
    }
    expect(decisions).toBe(5 * 200)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(decisions).toBe(2 * 5 * 200)
    for (const uri of uris) opened.at(-1)?.on.told({ kind: 'resourceUpdated', uri })
    await vi.advanceTimersByTimeAsync(150)
    expect(decisions).toBe(3 * 5 * 200)
    expect(opened).toHaveLength(1)
  })

  test('whoever comes between two looks has what they want at the target at once, beside what others want', async () => {
    for (const uri of ['notes://plan', 'notes://x']) readable.add(`alice ${uri}`)
    const one = await follow('alice', PLAN)
    await follow('alice', { resourceSubscriptions: ['notes://x'] })
    expect(opened.map(({ filter }) => filter.resourceSubscriptions)).toEqual([
      ['notes://plan'],
      ['notes://plan', 'notes://x'],
    ])
    one.unfollow()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(opened).toHaveLength(2)
  })

  test('only what may be read is honoured', () => {
    readable.add('alice notes://plan')
    const asked = {
      toolsListChanged: true,
      resourceSubscriptions: ['notes://plan', 'notes://x'],
    } as const
    expect(subscriptions.honoured(reader('alice'), asked).filter).toEqual({
      toolsListChanged: true,
      resourceSubscriptions: ['notes://plan'],
    })
    expect(subscriptions.honoured(reader('bob'), PLAN).filter).toEqual({})
  })

  test('the last one that leaves ends the subscription at the target', async () => {
    readable.add('alice notes://plan')
    const [one, two] = [await follow('alice', PLAN), await follow('alice', PLAN)]
    one.unfollow()
    expect(opened[0]?.signal.aborted).toBe(false)
    two.unfollow()
    expect(opened[0]?.signal.aborted).toBe(true)
  })
})
