// What is listed, after it was waited for. The pipeline around it has tests of its own.
import { expect, test } from 'vitest'
import type { CatalogueEntry } from '../src/catalogue/entry.ts'
import type { PipelineParts, Understood } from '../src/exchange.ts'
import { listEntries, listResources } from '../src/listing.ts'
import { refuse, type Refusal } from '../src/refusal.ts'
import { identity, tool } from './authorize/world.ts'

const ALICE = identity('alice')
const REVOKED = refuse('identify.token_revoked')
const DISABLED = refuse('authorize.disabled')

/** A world in which `then` happens while policies are asked; what was said in the end. */
async function answered(
  list: typeof listResources,
  then: (state: { revoked?: Refusal; caller?: Refusal; tool?: Refusal }) => void,
): Promise<unknown> {
  const state: Parameters<typeof then>[0] = {}
  const said: unknown[] = []
  const entry: CatalogueEntry = { ...tool('t___resource:read'), kind: 'resource' }
  const found = { entries: [entry], hidden: 0, wouldHide: [], version: '1' }
  const wire = {
    own: (_: unknown, result: unknown) => said.push(result),
    refusal: (_: unknown, refusal: unknown) => said.push(refusal),
  }
  const offered = [{ target: 't', uri: 'file:///a', definition: { uri: 'file:///a' } }]
  const parts = {
    authorize: {
      visible: async () => found,
      readable: async () => {
        await Promise.resolve()
        then(state)
        return new Set(['file:///a'])
      },
    },
    switches: {
      narrow: (of: unknown) => of,
      ofCaller: () => state.caller,
      ofTool: () => state.tool,
    },
    revoked: () => state.revoked,
    resources: () => ({ listed: () => offered, version: 1 }),
    minProtocol: () => '2025-03-26',
    audit: { list: () => undefined, refusal: () => undefined },
    observe: () => undefined,
    head: { allowedOrigins: [] },
    requiredScopes: [],
  }
  const exchange = {
    wire,
    identity: ALICE,
    requestId: 'r',
    inbound: { params: {}, meta: {} },
    head: { route: { target: 't' } },
    request: { rawHeaders: [], socket: {} },
  }
  await list(parts as unknown as PipelineParts, exchange as unknown as Understood)
  return said[0]
}

const resources = (then: Parameters<typeof answered>[1]) => answered(listResources, then)

test('J-22: whoever is revoked while a list is made gets none', async () => {
  expect(await resources(() => undefined)).toMatchObject({ resources: [{ uri: 'file:///a' }] })
  const tools = await answered(
    async (parts, exchange) => {
      const late = { ...parts, revoked: () => REVOKED }
      return listEntries(late, exchange, 'tool')
    },
    () => undefined,
  )
  expect(tools).toBe(REVOKED)
  expect(
    await resources((state) => {
      state.revoked = REVOKED
    }),
  ).toBe(REVOKED)
})

test('kill switch: whoever, and whatever, is disabled while a list is made is not on it', async () => {
  expect(
    await resources((state) => {
      state.caller = DISABLED
    }),
  ).toBe(DISABLED)
  expect(
    await resources((state) => {
      state.tool = DISABLED
    }),
  ).toMatchObject({ resources: [] })
})
