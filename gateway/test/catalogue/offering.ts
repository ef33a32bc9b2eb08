// Targets that offer what a test says, and change it when the test does.
import { z } from 'zod'
import type { Connector } from '../../src/call/connector.ts'
import { catalogueMembers, type CatalogueTarget } from '../../src/catalogue/settings.ts'
import type { JsonObject } from '../../src/json/value.ts'

export type Offer = JsonObject[] | Error | 'silent'

const settings = z.strictObject(catalogueMembers)
export const input = { type: 'object', properties: { market: { type: 'string' } } }
export const tool = (name: string, more: JsonObject = {}): JsonObject => ({
  name,
  description: name,
  inputSchema: input,
  ...more,
})

export function target(id: string, more: object = {}): CatalogueTarget {
  return { id, ...settings.parse(more) }
}

export function connectorOf(offers: ReadonlyMap<string, Offer>, id: string): Connector {
  return {
    describe: async (_credential, signal) => {
      const offer = offers.get(id)
      if (offer instanceof Error) throw offer
      if (offer !== 'silent') return { tools: offer ?? [] }
      return await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('no answer in time')))
      })
    },
    call: () => Promise.reject(new Error('not called here')),
    close: async () => undefined,
  }
}
