import { expect, test } from 'vitest'
import type { Job } from '../../src/load/job.ts'
import { answerEnd, expected, isRight } from '../../src/load/read-answer.ts'
import { requestText } from '../../src/load/request-text.ts'
import { createTarget } from '../../src/upstream/target.ts'

const job: Job = {
  port: 1,
  hostHeader: 'bench',
  path: '/mcp',
  connections: 1,
  requests: 1,
  vary: true,
  tokens: ['token'],
}
const OK = 'HTTP/1.1 200 OK\r\n'

/** What the benchmark's target answers to this request. */
function answered(more: Partial<Job>, marker = 'm1'): string {
  const request = requestText({ ...job, ...more }, 0, marker, undefined)
  const [head = '', body = ''] = request.split('\r\n\r\n')
  return createTarget('both', 1).answer(more.method ?? 'tools/call', head, body)
}

test('an answer is whole by its length, by its last chunk, or without a body', () => {
  const counted = `${OK}content-length: 4\r\n\r\nbody`
  expect(answerEnd(`${counted}HTTP/1.1`)).toBe(counted.length)
  expect(answerEnd(counted.slice(0, -1))).toBeUndefined()
  const chunked = `${OK}transfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n`
  expect(answerEnd(chunked)).toBe(chunked.length)
  expect(answerEnd(chunked.slice(0, -3))).toBeUndefined()
  const empty = 'HTTP/1.1 202 Accepted\r\n\r\n'
  expect(answerEnd(empty)).toBe(empty.length)
})

test('the target’s answer to another request is a wrong one, and so is a refusal that repeats the arguments', () => {
  const wanted = expected(job, 'm1')
  expect(isRight(answered({}), wanted)).toBe(true)
  expect(isRight(answered({}, 'm2'), wanted)).toBe(false)
  expect(isRight(answered({}, 'm12'), wanted)).toBe(false)
  expect(isRight(`${OK}\r\n{"isError":true,"text":"not allowed: m1 "}`, wanted)).toBe(false)
  expect(isRight(answered({}).replace('200', '500'), wanted)).toBe(false)
})

test('both eras, streams and sizes are asked for by the job', () => {
  const body = (answer: string) => answer.slice(answer.indexOf('\r\n\r\n') + 4)
  expect(body(answered({}))).toHaveLength(400)
  expect(body(answered({ answerBytes: 10_000 }))).toHaveLength(10_000)
  expect(answered({})).toContain('"resultType":"complete"')
  expect(answered({ era: 'old' })).not.toContain('resultType')
  expect(answered({ streamed: true }).match(/event: message/g)).toHaveLength(5)
  expect(answerEnd(answered({ streamed: true }))).toBe(answered({ streamed: true }).length)
  const large = requestText({ ...job, fillerBytes: 9_850 }, 0, 'm1', undefined)
  expect(Math.abs(Number(/Content-Length: (\d+)/.exec(large)?.[1]) - 10_000)).toBeLessThan(200)
  expect(
    isRight(answered({ method: 'tools/list' }), expected({ ...job, method: 'tools/list' }, '')),
  ).toBe(true)
})
