import { expect, test } from 'vitest'
import type { FinalOutcome, OutcomeFacts } from '../../src/call/outcome.ts'
import { privately } from '../../src/mcp/read-result.ts'

const facts: OutcomeFacts = {
  class: 'ok',
  status: 200,
  resultBytes: 1,
  result: undefined,
  targetRequestId: undefined,
}
const result = (json: string): FinalOutcome => ({ kind: 'result', body: Buffer.from(json), facts })
const of = (json: string) => (privately(result(json)) as { body: Buffer }).body.toString()

test.each([
  ['"ttlMs":5,"cacheScope":"public"', 5],
  ['"ttlMs":9000000,"cacheScope":"public"', 60_000],
  ['"ttlMs":-1', 0],
  ['"ttlMs":"x"', 0],
  ['"contents":[]', 0],
])('M-09: a result with %s is private for %d ms', (members, ttlMs) => {
  const { result: rewritten } = JSON.parse(
    of(`{"jsonrpc":"2.0","id":1,"result":{${members}}}`),
  ) as {
    result: object
  }
  expect(rewritten).toMatchObject({ resultType: 'complete', ttlMs, cacheScope: 'private' })
})

test('M-28: numbers keep their text, and the log has what the client gets', () => {
  const rewritten = privately(result('{"jsonrpc":"2.0","id":1,"result":{"n":9007199254740993}}'))
  expect(rewritten).toMatchObject({ kind: 'result' })
  const { body, facts: known } = rewritten as { body: Buffer; facts: OutcomeFacts }
  expect(body.toString()).toContain('9007199254740993')
  expect(known.result).toBe(body)
})

test('errors, and what is no result, stay as they are; the end of a stream does not', async () => {
  const error = '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}'
  expect(of(error)).toBe(error)
  const input: FinalOutcome = { kind: 'input', requests: {}, state: 's', facts }
  expect(privately(input)).toBe(input)
  const streamed = privately({
    kind: 'stream',
    messages: (async function* () {})(),
    ended: Promise.resolve(result('{"jsonrpc":"2.0","id":1,"result":{}}')),
  })
  const ended = 'ended' in streamed ? await streamed.ended : undefined
  expect(ended).toHaveProperty('body')
  expect((ended as { body: Buffer }).body.toString()).toContain('"cacheScope":"private"')
})
