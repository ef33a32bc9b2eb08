// What was let in before a revocation or a change of policy, and goes on after it: a body that takes its time, a call
// that waits at its target and then streams.
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDenyList } from '@sallyport/gateway/identify/deny-list.ts'
import { createSqliteStore } from '@sallyport/gateway/store/sqlite/sqlite.ts'
import { systemClock } from '@sallyport/gateway/system/clock.ts'
import { modernRequest, type ModernCall } from '@sallyport/sample/modern-request.ts'
import { changePolicies } from '../support/change.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { order } from '../support/operator.ts'
import { rawRequest } from '../support/raw.ts'

let world: TestGateway
beforeEach(async () => {
  world = await startTestGateway({ readAgainMs: 500 })
})
afterEach(() => world.stop())

const ECHO = { method: 'tools/call', params: { name: 'echo', arguments: {} } }
const _meta = { 'io.modelcontextprotocol/logLevel': 'debug' }
const STREAMED = { ...ECHO, params: { ...ECHO.params, _meta } }
const revokeAlice = () => order(world, '/revoke', { user: 'alice' })

function callBytes(call: ModernCall): Buffer {
  const { headers, body } = modernRequest({ ...call, token: world.token() })
  const named = [['Host', `127.0.0.1:${world.port}`], ...Object.entries(headers)]
  return rawRequest({ path: '/mcp/records', headers: named as [string, string][], body })
}

/** A connection, and what has come on it. */
function open() {
  const socket = connect(world.port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => (text += chunk.toString()))
  return { socket, received: () => text }
}

test('whoever is revoked while the body is under way calls nothing', async () => {
  const bytes = callBytes(ECHO)
  const { socket, received } = open()
  socket.write(bytes.subarray(0, -1))
  await sleep(200)
  expect((await revokeAlice()).status).toBe(200)
  socket.write(bytes.subarray(-1))
  await expect.poll(received).toContain('identify.token_revoked')
  socket.destroy()
  expect(received()).toMatch(/^HTTP\/1.1 401 /)
  expect(world.callsAtTarget()).toEqual([])
})

const stateOf = (called: Promise<unknown>) => Promise.race([called, sleep(500, 'goes on')])

describe.each([
  ['a revocation', async () => void (await revokeAlice())],
  ['a change of policy', async () => void (await changePolicies(world, ''))],
])('%s', (_what, change) => {
  /** A stream without end; the first event comes after `beforeHeadMs`. */
  function startStream(beforeHeadMs: number): Promise<string> {
    world.target.behave({ answer: 'sse-endless', beforeHeadMs, betweenEventsMs: 50 })
    return world.call(STREAMED).then(
      ({ body }) => body,
      () => 'closed',
    )
  }

  test('ends a stream that is open', async () => {
    const called = startStream(0)
    expect(await stateOf(called)).toBe('goes on')
    await change()
    expect(await stateOf(called)).not.toBe('goes on')
  })

  test('does not let a call that waits at its target become a stream', async () => {
    const called = startStream(800)
    await expect.poll(() => world.callsAtTarget().length).toBe(1)
    await change()
    await sleep(800)
    expect(await stateOf(called)).not.toBe('goes on')
  })
})

test('O-35: a stream ends when another process that shares the store has revoked its owner', async () => {
  world.target.behave({ answer: 'sse-endless', betweenEventsMs: 50 })
  const { socket, received } = open()
  socket.write(callBytes(STREAMED))
  await expect.poll(received).toContain('notifications/message')
  const other = await createSqliteStore(
    { path: join(world.folder, 'state/state.sqlite') },
    systemClock,
  )
  const issuedUntilSeconds = Math.ceil(Date.now() / 1000)
  const { issuer } = world.issuer
  await createDenyList(other, systemClock).revoke({
    by: 'subject',
    issuer,
    value: 'alice',
    issuedUntilSeconds,
  })
  await other.close()
  await expect.poll(received, { timeout: 20_000 }).toContain('call.cancelled')
  socket.destroy()
})

test('a call that waits at its target is not cut for it: its one answer comes', async () => {
  world.target.behave({ beforeHeadMs: 600 })
  const called = world.call(ECHO)
  await expect.poll(() => world.callsAtTarget().length).toBe(1)
  await revokeAlice()
  expect((await called).json()).toHaveProperty('result')
})
