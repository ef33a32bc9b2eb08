// Answers never cross: whatever ids clients choose, and however a target of the old era mixes up who asked what, an
// answer reaches the caller of the call that it belongs to, or nobody.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { startSharedTarget, type SharedTarget } from '../support/shared-target.ts'

let target: SharedTarget
let world: TestGateway
beforeAll(async () => {
  target = await startSharedTarget()
  world = await startTestGateway({
    yaml: `  shared: { kind: mcp, url: "${target.url}", allowInsecureTarget: true, timeouts: { totalMs: 10000 } }`,
  })
  await world.gateway.described
})
afterAll(async () => {
  await world.stop()
  await target.stop()
})

async function call(person: string, id: number | string, args: object) {
  const resource = world.resource('shared')
  const answer = await world.call({
    method: 'tools/call',
    id,
    path: '/mcp/shared',
    token: world.token({ resource, claims: { sub: person, groups: ['settlement-analysts'] } }),
    params: { name: 'echo', arguments: args },
  })
  const { result, ...rest } = answer.json() as {
    id: unknown
    result?: { content: { text: string }[] }
    error?: { code: number }
  }
  return { ...rest, text: result?.content[0]?.text }
}

// First: failing calls would close the gate before it.
test('M-06 control: a call alone gets its answer, under its own id', async () => {
  expect(await call('alice', 'x', { canary: 'c' })).toMatchObject({ id: 'x', text: 'c' })
})

test('M-06 CVE-2026-25536: people who use the same ids at the same time each get their own answers', async () => {
  const people = Array.from({ length: 30 }, (_, n) => `person-${n}`)
  const calls = people.flatMap((person) => [0, 1, 2, 3, 4].map((id) => ({ person, id })))
  const before = target.ids.length
  const answers = await Promise.all(
    calls.map(({ person, id }) => call(person, id, { canary: `${person}/${id}` })),
  )
  expect(answers).toEqual(
    calls.map(({ person, id }) => ({ jsonrpc: '2.0', id, text: `${person}/${id}` })),
  )
  // Nobody shares a session, and no id is a client's.
  expect(target.sessions()).toBeGreaterThanOrEqual(people.length)
  const ids = target.ids.slice(before)
  expect(new Set(ids).size).toBe(calls.length)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/)
})

test('M-06 MCP 2025-11-25: one person’s calls at the same time under one id each get their own answers', async () => {
  const canaries = Array.from({ length: 10 }, (_, n) => `canary-${n}`)
  const answers = await Promise.all(canaries.map((canary) => call('alice', 7, { canary })))
  expect(answers.map(({ text }) => text)).toEqual(canaries)
})

test('M-06 JSON-RPC 2.0 §5: an answer under the id of another call reaches nobody', async () => {
  const { text, error } = await call('mallory', 1, { canary: 'stolen', of: 1 })
  expect(text).toBeUndefined()
  expect(error?.code).toBe(-32603)
})
