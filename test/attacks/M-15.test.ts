// Schemas come from targets: references into the network are never followed, bombs are refused before anything is
// generated from them, and patterns are never run.
import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EVERY_TOOL } from '../support/change.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { callText, post } from '../support/post.ts'
import { codeOf } from '../support/present.ts'

const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more })

function nested(depth: number): object {
  return depth === 0 ? { type: 'string' } : { type: 'array', items: nested(depth - 1) }
}
const wide = (count: number) =>
  object(Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, { type: 'string' }])))

let contacted = 0
let listener: Server
let world: TestGateway
let bad: Readonly<Record<string, object>>

beforeAll(async () => {
  listener = createServer((socket) => {
    contacted++
    socket.destroy()
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/schema.json`
  bad = {
    ref: { inputSchema: object({ a: { $ref: url } }) },
    'ref-metadata': { inputSchema: object({ a: { $ref: 'http://169.254.169.254/latest' } }) },
    'ref-file': { inputSchema: object({ a: { $ref: 'file:///etc/passwd' } }) },
    'ref-relative': { inputSchema: object({ a: { $ref: 'other.json#/a' } }) },
    'ref-root': { inputSchema: { type: 'object', $ref: url } },
    'ref-deep': { inputSchema: object({ a: { anyOf: [{ items: { $ref: url } }] } }) },
    'ref-defs': { inputSchema: object({}, { $defs: { a: { $ref: url } } }) },
    'ref-if': { inputSchema: object({}, { if: { $ref: url }, else: {} }) },
    'ref-dynamic': { inputSchema: object({ a: { $dynamicRef: `${url}#a` } }) },
    'ref-recursive': { inputSchema: object({ a: { $recursiveRef: url } }) },
    'ref-output': { inputSchema: object({}), outputSchema: object({ a: { $ref: url } }) },
    'ref-no-text': { inputSchema: object({ a: { $ref: { url } } }) },
    deep: { inputSchema: object({ a: nested(32) }) },
    'deep-output': { inputSchema: object({}), outputSchema: object({ a: nested(32) }) },
    wide: { inputSchema: wide(1001) },
    'wide-any-of': {
      inputSchema: object({ a: { anyOf: Array.from({ length: 1001 }, () => ({})) } }),
    },
    large: { inputSchema: object({}), description: 'x'.repeat(300_000) },
    'no-object': { inputSchema: { type: 'string' } },
    'no-schema': {},
  }
  const good = {
    patterns: {
      inputSchema: object(
        { id: { type: 'string', pattern: '^(a+)+$' } },
        { patternProperties: { '^(b+)+$': { type: 'string' } } },
      ),
    },
    named: {
      inputSchema: object(
        {},
        { $schema: url, $id: url, examples: [{ $ref: url }], default: { $ref: url } },
      ),
    },
    within: { inputSchema: object({ a: nested(15) }) },
  }
  const tools = Object.entries({ ...bad, ...good }).map(([name, more]) => ({ name, ...more }))
  world = await startTestGateway({ policies: EVERY_TOOL, target: { tools, pageSize: 100 } })
})
afterAll(async () => {
  await world.stop()
  listener.close()
})

test('M-15 MCP 2026-07-28, server/tools: tools with such schemas are not listed, the others are', async () => {
  const { tools } = (await world.call({ method: 'tools/list' })).json()['result'] as {
    tools: { name: string }[]
  }
  expect(tools.map(({ name }) => name)).toEqual(['named', 'patterns', 'within'])
})

test('M-15 MCP 2026-07-28, server/tools: none of them is callable', async () => {
  for (const name of Object.keys(bad)) {
    const answer = await post(world, { name, body: callText(name, '{}') })
    expect([name, codeOf(answer)]).toEqual([name, 'authorize.no_such_tool'])
  }
  expect(world.callsAtTarget()).toEqual([])
})

test('M-15 MCP 2026-07-28, server/tools: no reference was followed', async () => {
  await post(world, { name: 'named', body: callText('named', '{"a":{"b":1}}') })
  expect(contacted).toBe(0)
})

test('M-15 MCP 2026-07-28, server/tools: a pattern of a target is never run against an argument', async () => {
  const args = JSON.stringify({ id: `${'a'.repeat(200)}!`, [`${'b'.repeat(200)}!`]: 'x' })
  const answer = await post(world, { name: 'patterns', body: callText('patterns', args) })
  expect(codeOf(answer)).toBeUndefined()
})

test('M-15 control: a tool with a modest schema is callable', async () => {
  const answer = await post(world, { name: 'within', body: callText('within', '{"a":[]}') })
  expect(codeOf(answer)).toBeUndefined()
})
