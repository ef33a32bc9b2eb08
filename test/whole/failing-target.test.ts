// A target that is dead, slow or full ends in refusals of its own, at once and with a hint; the other one is served all
// the while, and what is wrong shows in readiness, metrics and the operator's status (promises F-08, §5).
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  startRecordingTarget,
  type RecordingTarget,
} from '@sallyport/sample/recording-target/recording-target.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { createMovableClock } from '../support/movable-clock.ts'
import { ask } from '../support/operator.ts'
import { codeOf } from '../support/present.ts'

const POLICY = `@id("all") permit (principal, action, resource);`
/** A machine that does other work as well. */
const BUSY = { timeout: 15_000 }
const clock = createMovableClock()
let other: RecordingTarget
let world: TestGateway

beforeEach(async () => {
  other = await startRecordingTarget()
  world = await startTestGateway({
    clock,
    policies: POLICY,
    targetSettings: 'bulkhead: { calls: 2, waiting: 1, waitMs: 3000 }',
    yaml: `  other: { kind: mcp, url: "${other.url}", allowInsecureTarget: true }`,
  })
})
afterEach(async () => {
  await world.stop()
  await other.stop()
})

const params = { name: 'echo', arguments: {} }
const call = () => world.call({ method: 'tools/call', params })
const callOther = () =>
  world.call({
    method: 'tools/call',
    params,
    path: '/mcp/other',
    token: world.token({ resource: world.resource('other') }),
  })
const operations = async (path: string) =>
  await (await fetch(`http://127.0.0.1:${world.gateway.operationsPort}${path}`)).text()

test('F-08: a dead target is not called after five failures, until a probe after five seconds is answered', async () => {
  world.target.behave({ dead: 'resets' })
  for (let made = 0; made < 5; made += 1) expect(codeOf(await call())).toBe('call.connection_lost')
  const refused = await call()
  expect(codeOf(refused)).toBe('call.breaker_open')
  expect(refused.header('retry-after')).toBe('5')
  expect(refused.json()).toMatchObject({
    result: { isError: true, _meta: { 'sallyport/refusal': { retry_after: 5 } } },
  })
  expect(codeOf(await callOther())).toBeUndefined()

  expect(await operations('/metrics')).toContain('sallyport_breaker_open{target="records"} 1\n')
  expect(await ask(world, '/status')).toMatchObject({
    gates: { records: { breaker: 'open', failures: 5 }, other: { breaker: 'closed' } },
  })
  await expect
    .poll(() => operations('/readyz'), BUSY)
    .toContain('{"name":"targets","state":"degraded","reason":"not called for now: records"}')

  world.target.behaveHonestly()
  clock.advance(5)
  expect(codeOf(await call())).toBeUndefined()
  expect(codeOf(await call())).toBeUndefined()
  const kinds = world.audit().map(({ kind, code }) => (kind === 'refusal' ? code : kind))
  expect(kinds.filter((kind) => kind === 'intent')).toHaveLength(8)
  expect(kinds.filter((kind) => kind === 'call.breaker_open')).toHaveLength(1)
})

test('promises §5: a slow target holds up as many calls as it has places; one waits, more are refused at once', async () => {
  world.target.behave({ dead: 'hangs' })
  const held = [call(), call()].map((answer) => answer.catch(() => undefined))
  await expect.poll(() => world.callsAtTarget().length, BUSY).toBe(2)
  const waiting = call()
  await expect
    .poll(() => operations('/metrics'), BUSY)
    .toContain('sallyport_calls_waiting{target="records"} 1\n')
  expect(codeOf(await call())).toBe('call.target_busy')
  expect(codeOf(await callOther())).toBeUndefined()
  expect(codeOf(await waiting)).toBe('call.target_busy')
  expect(world.callsAtTarget()).toHaveLength(2)
  await world.target.stop()
  await Promise.all(held)
})
