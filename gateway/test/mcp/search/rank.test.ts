import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CatalogueEntry } from '../../../src/catalogue/entry.ts'
import { rankTools, readTools } from '../../../src/mcp/search/rank.ts'

function entry(name: string, description = '', argument = 'id'): CatalogueEntry {
  return {
    kind: 'tool',
    target: 'market',
    name,
    qualifiedName: `market___${name}`,
    wire: { name, description },
    inputSchema: { type: 'object', properties: { [argument]: {} } },
    hash: '',
    pin: 'approved',
    facts: { readOnly: false, idempotent: false, durability: 'synced', auditPaths: [] },
    paramHeaders: [],
    quarantined: undefined,
  }
}

const TOOLS = [
  entry('get_prices', 'Hourly day-ahead prices of a bidding zone.', 'market'),
  entry('getPriceForecast', 'Expected values for the next days.'),
  entry('set_alert', 'Tells somebody when a price is above a limit.', 'threshold'),
  entry('read_note', 'Reads a note.'),
]
const names = (query: string) => rankTools(TOOLS, query).map(({ name }) => name)

it('a name counts more than a description, a description more than an argument', () => {
  expect(names('price')).toEqual(['getPriceForecast', 'get_prices', 'set_alert'])
  expect(names('threshold')).toEqual(['set_alert'])
})

it('words inside of names and their beginnings are found, in any case', () => {
  expect(names('FORECAST')).toEqual(['getPriceForecast'])
  expect(names('forecasts')).toEqual(['getPriceForecast'])
  expect(names('alerts above')).toEqual(['set_alert'])
})

it('a rare word outweighs one that every tool has', () => {
  expect(names('market note')[0]).toBe('read_note')
})

it('the first eight different words of a query count', () => {
  const eight = 'one two three four five six seven'
  expect(names(`${eight} ${eight} note`)).toEqual(['read_note'])
  expect(names(`${eight} eight note`)).toEqual([])
})

it('without words all tools are found in their order; of what nothing fits, none', () => {
  expect(names(' ,. ')).toEqual(TOOLS.map(({ name }) => name))
  expect(names('weather')).toEqual([])
})

it('tools are read a few at a time, and once', async () => {
  const many = Array.from({ length: 64 }, (_, at) => entry(`tool_${at}`))
  const turns = async () => {
    let count = 0
    let next = setImmediate(function turn() {
      count += 1
      next = setImmediate(turn)
    })
    await readTools(many)
    clearImmediate(next)
    return count
  }
  expect(await turns()).toBeGreaterThanOrEqual(4)
  expect(await turns()).toBe(0)
})

it('attacks M-10: what is found among some tools does not depend on others that are not among them', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), fc.subarray(TOOLS), (query, visible) => {
      const found = rankTools(visible, query)
      expect(visible).toEqual(expect.arrayContaining([...found]))
      const again = visible.map((one) => ({ ...one }))
      expect(rankTools(again, query).map(({ name }) => name)).toEqual(found.map(({ name }) => name))
    }),
    { numRuns: 100 },
  )
})
