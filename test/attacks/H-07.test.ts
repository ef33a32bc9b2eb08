// Headers of a target: nothing of them reaches the client, whatever the answer is.
import type { AnswerKind } from '@sallyport/sample/recording-target/behaviour.ts'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterEach(() => world.target.behaveHonestly())
afterAll(() => world.stop())

const OURS = new Set([
  'cache-control',
  'vary',
  'x-content-type-options',
  'x-sallyport-content',
  'x-sallyport-request-id',
  'content-type',
  'content-length',
  'date',
  'connection',
  'keep-alive',
])
const call = { method: 'tools/call', params: { name: 'echo', arguments: {} } }

test('H-07 RFC 9110 §7.6: an answer with headers of its own passes without them', async () => {
  world.target.behave({ answer: 'extra-headers' })
  const answer = await world.call(call)
  expect(answer.status).toBe(200)
  expect(answer.body).toContain('with headers')
  expect(answer.headers.map(([name]) => name).filter((name) => !OURS.has(name))).toEqual([])
  expect(answer.header('x-sallyport-request-id')).toMatch(/^[0-9a-f]{32}$/)
})

const ANSWERS: readonly AnswerKind[] = [
  'unauthorized',
  'redirect',
  'html-login',
  'server-error',
  'rpc-error',
  'wrong-content-type',
]

test.each(ANSWERS)('H-07 RFC 9110 §7.6: nothing of the head of `%s` is passed on', async (kind) => {
  world.target.behave({ answer: kind })
  const answer = await world.call(call)
  expect(answer.status).not.toBe(401)
  expect(answer.headers.map(([name]) => name).filter((name) => !OURS.has(name))).toEqual([])
})

test('H-07 control: an honest answer passes', async () => {
  expect((await world.call(call)).json()).toMatchObject({ result: { resultType: 'complete' } })
})
