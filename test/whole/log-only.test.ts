// LOG_ONLY over the wire (policy-audit §1.4): what would be denied goes through and is in the log; what is not a matter
// of policy is refused as ever.
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { codeOf } from '../support/present.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({ targetSettings: 'mode: LOG_ONLY' })
})
afterAll(() => world.stop())

const call = (name: string, more: object = {}) =>
  world.call({ method: 'tools/call', params: { name, arguments: { id: 1, ...more } } })
const records = (kind: string) => world.audit().filter((record) => record['kind'] === kind)

describe('policy-audit §1.4: a target that only logs', () => {
  test('a forbidden tool is listed and reached, and its intent says what would have stopped it', async () => {
    const { tools } = (await world.call({ method: 'tools/list' })).json()['result'] as {
      tools: { name: string }[]
    }
    expect(tools.map(({ name }) => name)).toContain('delete_record')
    expect(codeOf(await call('delete_record'))).toBeUndefined()
    expect(world.callsAtTarget()).toHaveLength(1)
    expect(records('intent').at(-1)?.['decision']).toMatchObject({
      answer: 'permit',
      mode: 'LOG_ONLY',
      policies: [],
      would_deny: { policies: ['test.cedar#nobody-deletes'], reason: 'authorize.denied' },
    })
    await expect
      .poll(() => records('list').at(-1)?.['would_hide'])
      .toEqual(['records___delete_record'])
  })

  test('what the policies allow has no such member', async () => {
    expect(codeOf(await call('echo'))).toBeUndefined()
    const decision = records('intent').at(-1)?.['decision'] as Record<string, unknown>
    expect(decision).toMatchObject({ mode: 'LOG_ONLY', policies: ['test.cedar#analysts'] })
    expect(decision).not.toHaveProperty('would_deny')
  })

  test('it is a relaxation: recorded at the start and warned of', () => {
    expect(JSON.stringify(records('relaxed'))).toContain('"targets.records.mode"')
    expect(world.log()).toContain('targets.records.mode')
  })

  test('nobody comes in without a token, and a reserved key is refused', async () => {
    const before = world.callsAtTarget().length
    const params = { name: 'echo', arguments: {} }
    const stranger = await world.call({ method: 'tools/call', params, token: 'x' })
    expect(stranger.status).toBe(401)
    expect(codeOf(await call('echo', { note: { __entity: {} } }))).toBe('authorize.reserved_key')
    expect(world.callsAtTarget()).toHaveLength(before)
  })
})

test('F-21: a call whose body outlasts the reload that ends the shadow run is refused', async () => {
  const own = await startTestGateway({ targetSettings: 'mode: LOG_ONLY' })
  onTestFinished(() => own.stop())
  const params = { name: 'delete_record', arguments: { id: 1 } }
  const { headers, body } = modernRequest({ token: own.token(), method: 'tools/call', params })
  const slow = request(`${own.publicUrl}/mcp/records`, {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
  })
  const answered = once(slow, 'response')
  slow.write(body.slice(0, 20))
  // Long enough for the gateway to have begun with it.
  await setTimeout(500)
  const enforced = readFileSync(own.configFile, 'utf8').replace('mode: LOG_ONLY', 'mode: ENFORCE')
  writeFileSync(own.configFile, enforced)
  expect(await own.gateway.reload()).toMatchObject({ outcome: 'applied' })
  slow.end(body.slice(20))
  const [response] = (await answered) as [IncomingMessage]
  expect(await text(response)).toContain('"authorize.no_such_tool"')
  expect(own.callsAtTarget()).toEqual([])
})
