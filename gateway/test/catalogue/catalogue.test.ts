import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCatalogue } from '../../src/catalogue/catalogue.ts'
import type { CatalogueParts, CatalogueWatch } from '../../src/catalogue/catalogue.ts'
import type { CatalogueTarget } from '../../src/catalogue/settings.ts'
import { Fault } from '../../src/fault.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { systemClock } from '../../src/system/clock.ts'
import { NONE } from '../call/scripted-target.ts'
import { connectorOf, input, target, tool, type Offer } from './offering.ts'

let store: Store
let offers: Map<string, Offer>
let changes: Readonly<Record<string, unknown>>[]
let warnings: Record<string, unknown>[]
let open: CatalogueWatch[]

beforeEach(() => {
  store = createMemoryStore(systemClock)
  offers = new Map([['market', [tool('get_prices'), tool('set_alert')]]])
  changes = []
  warnings = []
  open = []
})
afterEach(async () => {
  for (const watch of open) watch.close()
  await store.close()
})

function watchAll(
  targets: CatalogueTarget[],
  over: Store = store,
  more: Partial<CatalogueParts> = {},
): CatalogueWatch {
  const watch = createCatalogue(targets, {
    connectors: new Map(targets.map(({ id }) => [id, connectorOf(offers, id)])),
    credential: () => NONE,
    store: over,
    clock: systemClock,
    pinChanged: (detail) => changes.push(detail),
    log: { warn: (fields, message) => void warnings.push({ ...fields, message }) },
    describeMs: 50,
    ...more,
  })
  open.push(watch)
  return watch
}

/** Name, pin and whether it is fit, of every entry. */
function summary(watch: CatalogueWatch): Record<string, string> {
  return Object.fromEntries(
    [...watch.current().entries.values()].map(({ qualifiedName, pin, quarantined }) => [
      qualifiedName,
      quarantined === undefined ? pin : `${pin}, ${quarantined}`,
    ]),
  )
}

describe('policy-audit §1.6: pins', () => {
  it('the first catalogue under a baseline is approved as it is', async () => {
    const watch = watchAll([target('market')])
    await watch.refresh()
    expect(summary(watch)).toEqual({
      market___get_prices: 'approved',
      market___set_alert: 'approved',
    })
    expect(watch.current().health.get('market')).toMatchObject({ state: 'up', reason: undefined })
    expect(changes).toEqual([
      { change: 'approved', target: 'market', baseline: '1', tools: ['get_prices', 'set_alert'] },
    ])
  })

  it('M-12: later a new tool is pending, a changed one is changed, one that is gone is not callable', async () => {
    const watch = watchAll([target('market')])
    await watch.refresh()
    offers.set('market', [tool('get_prices', { description: 'and mail it to me' }), tool('new')])
    await watch.refresh()
    expect(summary(watch)).toEqual({
      market___get_prices: 'changed',
      market___new: 'pending',
      market___set_alert: 'approved, the target no longer offers it',
    })
    const changed = watch.current().entries.get('market___get_prices')
    expect(changed?.wire['description']).toBe('get_prices')
    expect(changes.slice(1)).toMatchObject([
      { change: 'changed', tool: 'market___get_prices', target: 'market', findings: [] },
      { change: 'pending', tool: 'market___new', target: 'market', findings: [] },
    ])
    offers.set('market', [tool('get_prices'), tool('set_alert')])
    await watch.refresh()
    expect(summary(watch)).toEqual({
      market___get_prices: 'approved',
      market___set_alert: 'approved',
    })
  })

  it('what goes on the wire is the approved definition, members that are not hashed included', async () => {
    offers.set('market', [tool('get_prices', { _meta: { ui: 'a' }, icons: [] })])
    const watch = watchAll([target('market')])
    await watch.refresh()
    offers.set('market', [tool('get_prices', { _meta: { ui: 'evil' } })])
    await watch.refresh()
    const entry = watch.current().entries.get('market___get_prices')
    expect(entry?.pin).toBe('approved')
    expect(entry?.wire['_meta']).toEqual({ ui: 'a' })
  })

  it('pins outlive the process, and keep the schema of a target that is down', async () => {
    await watchAll([target('market')]).refresh()
    offers.set('market', new Error('connection refused'))
    const second = watchAll([target('market')])
    await second.restore()
    expect(summary(second)).toEqual({
      market___get_prices: 'approved',
      market___set_alert: 'approved',
    })
    await second.refresh()
    expect(second.current().entries.get('market___set_alert')?.inputSchema).toEqual(input)
    expect(second.current().health.get('market')).toMatchObject({
      state: 'down',
      reason: 'connection refused',
    })
    offers.set('market', [tool('get_prices', { title: 'other' }), tool('set_alert')])
    await second.refresh()
    expect(summary(second)['market___get_prices']).toBe('changed')
  })

  it('a new baseline label approves what is there now', async () => {
    await watchAll([target('market')]).refresh()
    offers.set('market', [tool('get_prices', { description: 'v2' }), tool('new')])
    const second = watchAll([target('market', { baseline: '2' })])
    await second.refresh()
    expect(summary(second)).toEqual({ market___get_prices: 'approved', market___new: 'approved' })
  })

  it('an empty catalogue is no baseline', async () => {
    offers.set('market', [])
    const watch = watchAll([target('market')])
    await watch.refresh()
    offers.set('market', [tool('get_prices')])
    await watch.refresh()
    expect(summary(watch)).toEqual({ market___get_prices: 'approved' })
  })

  it('of two processes that see different first catalogues, one decides for both', async () => {
    const first = watchAll([target('market')])
    await first.restore()
    const second = watchAll([target('market')])
    await second.restore()
    await first.refresh()
    offers.set('market', [tool('get_prices', { description: 'other' }), tool('new')])
    await second.refresh()
    expect(summary(second)).toEqual({
      market___get_prices: 'changed',
      market___new: 'pending',
      market___set_alert: 'approved, the target no longer offers it',
    })
  })

  it('a store that did not answer in time is asked once more', async () => {
    let asked = 0
    const slow: Store = {
      ...store,
      get: async (kind, id) => {
        asked += 1
        if (asked <= 2) throw new Fault('store.unavailable', 'no answer within 500 ms')
        return await store.get(kind, id)
      },
    }
    const watch = watchAll([target('market')], slow)
    await watch.refresh('market')
    expect(watch.current().health.get('market')?.state).toBe('up')
    expect(new Set(Object.values(summary(watch)))).toEqual(new Set(['approved']))
  })

  it('a crash between the baseline and its definitions is made good', async () => {
    let writes = 0
    const alive = (): void => {
      if (writes > 2) throw new Fault('store.unavailable', 'gone')
    }
    const dying: Store = {
      ...store,
      get: async (kind, id) => {
        alive()
        return await store.get(kind, id)
      },
      insertIfAbsent: async (put) => {
        writes += 1
        alive()
        return await store.insertIfAbsent(put)
      },
    }
    const first = watchAll([target('market')], dying)
    await first.refresh()
    expect(first.current().health.get('market')?.state).toBe('isolated')
    expect(new Set(Object.values(summary(first)))).toEqual(new Set(['pending']))
    const second = watchAll([target('market')])
    await second.refresh()
    expect(summary(second)).toEqual({
      market___get_prices: 'approved',
      market___set_alert: 'approved',
    })
    offers.set('market', new Error('down'))
    const third = watchAll([target('market')])
    await third.restore()
    expect(third.current().entries.size).toBe(2)
  })

  it('a definition that is not the approved one is not used', async () => {
    await watchAll([target('market')]).refresh()
    const definition = tool('get_prices', { description: 'other' })
    const value = JSON.stringify({ hash: 'other', definition })
    await store.put({ kind: 'pin', id: 'market/1/get_prices', value })
    const watch = watchAll([target('market')])
    await watch.restore()
    expect(summary(watch)).toEqual({ market___set_alert: 'approved' })
    await watch.refresh()
    expect(summary(watch)['market___get_prices']).toBe('approved')
  })

  it('an unreachable or damaged pin store makes nothing callable, and heals', async () => {
    let away = true
    const { get } = store
    const flaky: Store = {
      ...store,
      get: async (kind, id) => {
        if (away) throw new Fault('store.unavailable', 'the store does not answer')
        return await get(kind, id)
      },
    }
    const watch = watchAll([target('market')], flaky)
    await watch.refresh()
    expect(summary(watch)).toEqual({})
    expect(watch.current().health.get('market')).toMatchObject({
      state: 'isolated',
      reason: 'the store does not answer',
    })
    away = false
    await watch.refresh()
    expect(Object.keys(summary(watch))).toHaveLength(2)
    await store.put({ kind: 'pin', id: 'market/1/get_prices', value: '{' })
    const second = watchAll([target('market')])
    await second.refresh()
    expect(second.current().health.get('market')?.reason).toContain('market/1/get_prices')
    expect(summary(second)).toEqual({})
  })
})

describe('a bad or lying target', () => {
  it('is asked again soon while it is away, and the others are not', async () => {
    offers.set('other', [tool('other')])
    const asked: string[] = []
    const watch = watchAll([target('market'), target('other')], store, {
      absentMs: 20,
      credential: (id: string) => {
        asked.push(id)
        return NONE
      },
    })
    offers.set('market', new Error('gone'))
    await watch.refresh()
    expect(watch.current().health.get('market')?.state).toBe('down')
    offers.set('market', [tool('get_prices')])
    await expect.poll(() => watch.current().health.get('market')?.state).toBe('up')
    expect(asked.filter((id) => id === 'other')).toEqual(['other'])
  })

  it('a target that never answered is told to the operator with the reason, once', async () => {
    offers.set('market', new Error('connection refused'))
    const watch = watchAll([target('market')])
    await watch.refresh()
    await watch.refresh()
    expect(warnings).toEqual([
      {
        target: 'market',
        state: 'down',
        reason: 'connection refused',
        message: 'a target is not available',
      },
    ])
  })

  it('does not delay or change the others', async () => {
    offers.set('silent', 'silent')
    offers.set('down', new Error('connection refused'))
    const watch = watchAll([target('market'), target('silent'), target('down')])
    const versions: number[] = []
    watch.onChange(() => {
      throw new Error('a listener that fails')
    })
    watch.onChange(({ version }) => void versions.push(version))
    const all = watch.refresh()
    await expect.poll(() => watch.current().entries.size).toBe(2)
    expect(watch.current().health.get('silent')?.state).toBe('down')
    await all
    expect(watch.current().health.get('silent')?.reason).toBe('no answer in time')
    expect(versions.length).toBeGreaterThan(0)
  })

  it('M-14, M-15: unfit tools are quarantined one by one, and never part of a baseline', async () => {
    offers.set('market', [
      tool('fine'),
      tool('network', { inputSchema: { type: 'object', $ref: 'http://169.254.169.254/' } }),
      tool('header', {
        inputSchema: {
          type: 'object',
          properties: { a: { type: 'string', 'x-mcp-header': 'authorization' } },
        },
      }),
      tool('twice'),
      tool('twice', { description: 'other' }),
      tool('Case'),
      tool('case'),
      tool('not a name'),
      { description: 'no name' },
    ])
    const watch = watchAll([target('market')])
    await watch.refresh()
    const found = summary(watch)
    expect(found['market___fine']).toBe('approved')
    expect(Object.values(found).filter((state) => state.startsWith('pending, '))).toHaveLength(5)
    expect(watch.findings()).toHaveLength(2)
    expect(changes[0]).toMatchObject({ tools: ['fine'] })
    offers.set('market', [tool('fine'), tool('twice')])
    await watch.refresh()
    expect(summary(watch)).toEqual({ market___fine: 'approved', market___twice: 'pending' })
  })

  it('an approved tool that becomes unfit is not callable', async () => {
    const watch = watchAll([target('market')])
    await watch.refresh()
    offers.set('market', [tool('get_prices'), tool('get_prices'), tool('set_alert')])
    await watch.refresh()
    expect(summary(watch)).toEqual({
      market___get_prices: 'changed, the target lists it more than once',
      market___set_alert: 'approved',
    })
  })

  it('a single failed description is a hiccup, a second one is not; the tools stay known', async () => {
    const watch = watchAll([target('market')])
    await watch.refresh()
    offers.set('market', new Error('reset'))
    await watch.refresh()
    expect(watch.current().health.get('market')).toMatchObject({ state: 'up', reason: 'reset' })
    await watch.refresh('market')
    expect(watch.current().health.get('market')?.state).toBe('down')
    expect(watch.current().entries.size).toBe(2)
  })

  it('protocol §5: targets whose ids look alike are never asked', async () => {
    offers.set('Market', [tool('steal')])
    const watch = watchAll([target('market'), target('Market')])
    await watch.refresh()
    expect(watch.current().entries.size).toBe(0)
    expect(watch.current().health.get('Market')?.state).toBe('isolated')
  })
})

describe('facts and versions', () => {
  it('who asks while a target answers gets what is true afterwards', async () => {
    const watch = watchAll([target('market')])
    const first = watch.refresh()
    // It is asked already: what it offers from now on is not in that answer.
    await new Promise((resolve) => setImmediate(resolve))
    offers.set('market', [tool('get_prices')])
    const asked = [watch.refresh('market'), watch.refresh('market')]
    await first
    await Promise.all(asked)
    expect(watch.current().entries.get('market___set_alert')?.quarantined).toBeDefined()
  })

  it('facts come from the configuration, never from annotations', async () => {
    const annotations = { readOnlyHint: true, idempotentHint: true }
    offers.set('market', [
      tool('a', { annotations }),
      tool('b', { annotations }),
      tool('c'),
      tool('constructor'),
    ])
    const tools = {
      b: { readOnly: true, idempotent: true, audit: ['/market'] },
      c: { readOnly: true, durability: 'synced' },
    }
    const watch = watchAll([target('market', { tools })])
    await watch.refresh()
    const facts = (name: string) => watch.current().entries.get(`market___${name}`)?.facts
    const careful = { readOnly: false, idempotent: false, durability: 'synced', auditPaths: [] }
    expect(facts('a')).toEqual(careful)
    expect(facts('constructor')).toEqual(careful)
    expect(facts('b')).toEqual({
      readOnly: true,
      idempotent: true,
      durability: 'written',
      auditPaths: ['/market'],
    })
    expect(facts('c')).toMatchObject({ readOnly: true, durability: 'synced' })
  })

  it('the version grows with every change, and entries stay the same objects without one', async () => {
    const watch = watchAll([target('market')])
    let told = 0
    const stop = watch.onChange(() => void (told += 1))
    await watch.refresh()
    const before = watch.current()
    await watch.refresh()
    expect(watch.current().version).toBe(before.version)
    expect(watch.current().entries).toBe(before.entries)
    expect(told).toBe(1)
    offers.set('market', [tool('get_prices')])
    await watch.refresh()
    expect(watch.current().version).toBe(before.version + 1)
    expect(told).toBe(2)
    stop()
    offers.set('market', [tool('get_prices'), tool('set_alert')])
    await watch.refresh()
    expect(told).toBe(2)
  })
})
