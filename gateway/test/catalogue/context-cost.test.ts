import { expect, it } from 'vitest'
import { contextCosts } from '../../src/catalogue/context-cost.ts'
import type { CatalogueEntry } from '../../src/catalogue/entry.ts'

function entry(target: string, name: string, more: Partial<CatalogueEntry> = {}): CatalogueEntry {
  return {
    kind: 'tool',
    target,
    name,
    qualifiedName: `${target}___${name}`,
    wire: { name, description: 'Prices in €.', _meta: { long: 'x'.repeat(1_000) } },
    inputSchema: { type: 'object' },
    hash: '',
    pin: 'approved',
    facts: { readOnly: false, idempotent: false, durability: 'synced', auditPaths: [] },
    paramHeaders: [],
    quarantined: undefined,
    ...more,
  }
}
const costsOf = (...entries: readonly CatalogueEntry[]) => {
  const named = new Map(entries.map((one) => [one.qualifiedName, one]))
  return contextCosts({ version: 1, entries: named, health: new Map() })
}

it('ux §5: what a model reads of each target is counted in bytes, tokens are estimated', () => {
  const text = '{"name":"a___b","description":"Prices in €.","inputSchema":{"type":"object"}}'
  const bytes = Buffer.byteLength(text)
  expect(costsOf(entry('a', 'b'), entry('a', 'c'), entry('z', 'b'))).toEqual(
    new Map([
      ['a', { tools: 2, bytes: 2 * bytes, tokens: Math.ceil(bytes / 2), longNames: [] }],
      ['z', { tools: 1, bytes, tokens: Math.ceil(bytes / 4), longNames: [] }],
    ]),
  )
})

it('what is not listed costs nothing', () => {
  const costs = costsOf(
    entry('a', 'b', { pin: 'pending' }),
    entry('a', 'c', { quarantined: 'gone' }),
    entry('a', 'prompt:d', { kind: 'prompt' }),
  )
  expect(costs.size).toBe(0)
})

it('ux §5: a name that the prefix of a client pushes over 64 characters is named', () => {
  const long = entry('a', 'x'.repeat(47))
  const fits = entry('a', 'x'.repeat(46))
  expect(long.qualifiedName).toHaveLength(51)
  expect(costsOf(long, fits).get('a')?.longNames).toEqual([long.qualifiedName])
})
