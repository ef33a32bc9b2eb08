// What an operator does to a running gateway through its socket and its files: asks why, changes policies and
// configuration, revokes.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { changePolicies } from '../support/change.ts'
import { DEFAULT_POLICY, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { order } from '../support/operator.ts'
import { codeOf } from '../support/present.ts'

let world: TestGateway
beforeEach(async () => {
  world = await startTestGateway()
})
afterEach(() => world.stop())

const ECHO = { method: 'tools/call', params: { name: 'echo', arguments: {} } }
const SLOW_MS = 400

type Policy = { readonly id: string; readonly file: string; readonly line: number }
async function explained(): Promise<Policy | undefined> {
  const question = { user: 'alice', tool: 'records___echo', args: {} }
  const { status, body } = await order(world, '/explain', question)
  expect(status, JSON.stringify(body)).toBe(200)
  return (body['policies'] as readonly Policy[]).find(({ id }) => id === 'test.cedar#analysts')
}

describe('policy-audit §1.4: explain through the socket', () => {
  test('names file and line, and a comment line above the policy moves the line', async () => {
    await world.call(ECHO)
    const before = await explained()
    expect(before).toMatchObject({ file: 'test.cedar', line: 1 })
    writeFileSync(join(world.folder, 'policies/test.cedar'), `// a comment\n${DEFAULT_POLICY}`)
    expect((await order(world, '/reload')).body).toMatchObject({ outcome: 'applied' })
    expect(await explained()).toMatchObject({ file: 'test.cedar', line: 2 })
  })
})

describe('F-21: reload', () => {
  test('a bad configuration is kept out with every reason, and what runs goes on', async () => {
    const good = readFileSync(world.configFile, 'utf8')
    writeFileSync(world.configFile, `${good}limitz: {}\nlog: { level: loud }\n`)
    const { body } = await order(world, '/reload')
    expect(body['outcome']).toBe('kept')
    const notes = (body['notes'] as readonly string[]).join('\n')
    expect(notes).toMatch(/limitz/)
    expect(notes).toMatch(/log\.level/)
    expect((await world.call(ECHO)).status).toBe(200)
  })

  test('a bad policy is kept out, a good one applies to the very next call', async () => {
    expect(await changePolicies(world, 'permit (principal')).toMatchObject({ outcome: 'kept' })
    expect(codeOf(await world.call(ECHO))).toBeUndefined()
    const closed = `${DEFAULT_POLICY}forbid (principal, action == AgentCore::Action::"records___echo", resource);\n`
    // The watch of the folder may have been the first to apply it.
    expect(await changePolicies(world, closed)).not.toMatchObject({ outcome: 'kept' })
    expect(codeOf(await world.call(ECHO))).toBe('authorize.no_such_tool')
  })

  test('what is under way ends in the configuration that it began in', async () => {
    world.target.behave({ beforeHeadMs: SLOW_MS })
    const slow = world.call(ECHO)
    await expect.poll(() => world.callsAtTarget().length).toBe(1)
    const text = readFileSync(world.configFile, 'utf8')
    writeFileSync(world.configFile, text.replace('records:', 'archive:'))
    writeFileSync(join(world.folder, 'policies/test.cedar'), '')
    expect(await world.gateway.reload()).toMatchObject({ outcome: 'applied' })
    expect((await world.call(ECHO)).status).toBe(404)
    expect((await slow).json()).toMatchObject({ result: { structuredContent: { tool: 'echo' } } })
  })
})

describe('policy-audit §3: revocation through the socket', () => {
  test('bites at the very next call, also for a token that is in the cache', async () => {
    const token = world.token()
    expect((await world.call({ ...ECHO, token })).status).toBe(200)
    const revoked = await order(world, '/revoke', { user: 'alice', reason: 'a test' })
    expect(revoked.status, JSON.stringify(revoked.body)).toBe(200)
    const refused = await world.call({ ...ECHO, token })
    expect([refused.status, codeOf(refused)]).toEqual([401, 'identify.token_revoked'])
    const bob = world.token({ claims: { sub: 'bob' } })
    expect((await world.call({ ...ECHO, token: bob })).status).toBe(200)
    expect(world.audit().map(({ kind }) => kind)).toContain('token_revoked')
  })
})
