// Secrets are compared in a way that does not tell how much of a guess was right: tokens by their SHA-256, cursors
// by a MAC that is compared in constant time. The statistics of time are no part of this file, which is untimed.
import { hash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { codeOf, present } from '../support/present.ts'

let world: TestGateway
beforeAll(async () => {
  const tools = Array.from({ length: 205 }, (_, index) => ({
    name: `tool_${String(index).padStart(3, '0')}`,
    description: 'One of many.',
    inputSchema: { type: 'object' },
  }))
  world = await startTestGateway({
    target: { tools, pageSize: 300 },
    policies:
      'permit (principal is AgentCore::OAuthUser, action, resource) when { principal.hasTag("groups") };',
  })
})
afterAll(() => world.stop())

const list = async (cursor?: string) => {
  const params = cursor === undefined ? {} : { cursor }
  const answer = await world.call({ method: 'tools/list', params })
  const { result } = answer.json() as {
    result?: { nextCursor?: string; tools: readonly unknown[] }
  }
  return { code: codeOf(answer), cursor: result?.nextCursor, tools: result?.tools.length }
}

test('J-20 CWE-208: a token is looked up and named by its SHA-256, never by its characters', async () => {
  const token = world.token()
  await present(world, token)
  await present(world, token)
  const digits = hash('sha256', token, 'hex').slice(0, 8)
  const named = world
    .log()
    .split('\n')
    .filter((line) => line.includes('"msg":"request"'))
    .map((line) => (JSON.parse(line) as { token?: string }).token)
  expect(named.slice(-2)).toEqual([digits, digits])
})

test('J-20 CWE-208: a cursor with any one byte of its MAC guessed wrong is refused alike', async () => {
  const { cursor = '' } = await list()
  const bytes = Buffer.from(cursor, 'base64url')
  expect(bytes.length).toBeGreaterThan(16)
  for (let at = 0; at < bytes.length; at++) {
    const guess = Buffer.from(bytes)
    guess.writeUInt8(guess.readUInt8(at) ^ 1, at)
    expect(await list(guess.toString('base64url'))).toEqual({
      code: 'in.invalid_params',
      cursor: undefined,
      tools: undefined,
    })
  }
})

test('J-20 CWE-208: a cursor that is too short, too long or empty is refused', async () => {
  const { cursor = '' } = await list()
  for (const guess of [
    '',
    cursor.slice(0, 20),
    `${cursor}AAAA`,
    'A'.repeat(64),
    'A'.repeat(4096),
  ]) {
    expect((await list(guess)).code).toBe('in.invalid_params')
  }
})

test('J-20 control: the cursor as it was given leads to the rest of the list', async () => {
  const first = await list()
  expect(first.tools).toBe(200)
  expect(await list(first.cursor)).toEqual({ code: undefined, cursor: undefined, tools: 5 })
})
