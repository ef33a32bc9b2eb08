// mcp/subscriptions/seen.ts and readable-at.ts: what somebody sees and may read, by the revision that they speak.
import { expect, test } from 'vitest'
import type { VisibleList } from '../../../src/authorize/lists.ts'
import type { CatalogueEntry } from '../../../src/catalogue/entry.ts'
import { createReadableAt } from '../../../src/mcp/subscriptions/readable-at.ts'
import { createSeen } from '../../../src/mcp/subscriptions/seen.ts'
import type { Reader } from '../../../src/mcp/subscriptions/subscriptions.ts'
import { identity } from '../../authorize/world.ts'

type Parts = Parameters<typeof createSeen>[0] & Parameters<typeof createReadableAt>[0]
const entry = (target: string, hash: string) =>
  ({ target, qualifiedName: `${target}___resource:read`, hash }) as CatalogueEntry
const listOf = (...entries: CatalogueEntry[]): VisibleList => ({
  entries,
  hidden: 0,
  wouldHide: [],
  version: '1',
})

/** A target `old` for everybody, and a target `new` from the modern era on. */
function world() {
  const now = { list: listOf(entry('old', 'a'), entry('new', 'a')), newIs: 'up' }
  const parts = {
    authorize: {
      visible: () => now.list,
      readable: () => Promise.resolve(new Set<string>()),
      see: (_: unknown, name: string) => entry(name.split('___')[0] ?? '', 'a'),
      decide: () => ({}),
    },
    switches: { narrow: (list: VisibleList) => list, ofTool: () => undefined },
    resources: () => ({
      ownerOf: (uri: string) => uri.split(':')[0],
      namedBy: () => [],
      listed: () => [],
      version: '1',
    }),
    catalogue: () => ({
      health: new Map([
        ['old', { state: 'up' }],
        ['new', { state: now.newIs }],
      ]),
    }),
    minProtocol: (target: string) => (target === 'new' ? '2026-07-28' : '2025-03-26'),
  } as unknown as Parts
  const reader = (spoken?: string): Reader => ({
    identity: identity('alice'),
    target: undefined,
    spoken,
    address: '127.0.0.1',
    requestId: 'r',
  })
  return { now, reader, seen: createSeen(parts), readableAt: createReadableAt(parts) }
}

test('protocol §1: lists of a target that demands a newer revision change for those alone who speak it', async () => {
  const { now, reader, seen } = world()
  const old = await seen(reader('2025-11-25'))
  const modern = await seen(reader())
  now.list = listOf(entry('old', 'a'), entry('new', 'b'))
  expect(await seen(reader('2025-11-25'))).toEqual(old)
  expect(await seen(reader())).not.toEqual(modern)
  now.list = listOf(entry('old', 'b'), entry('new', 'b'))
  expect(await seen(reader('2025-11-25'))).not.toEqual(old)
})

test('protocol §1: whether such a target is up is nothing to an older session', async () => {
  const { now, reader, seen } = world()
  now.list = listOf(entry('new', 'a'))
  expect(await seen(reader('2025-11-25'))).toBeUndefined()
  now.newIs = 'down'
  expect(await seen(reader('2025-11-25'))).toBeUndefined()
  expect(await seen(reader())).toBeDefined()
})

test('protocol §1: its resources may be read by those alone who speak that revision', () => {
  const { reader, readableAt } = world()
  expect(readableAt(reader('2025-11-25'), 'new:plan')).toBeUndefined()
  expect(readableAt(reader(), 'new:plan')).toBe('new')
  expect(readableAt(reader('2025-11-25'), 'old:plan')).toBe('old')
})
