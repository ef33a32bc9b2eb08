// MCP 2026-07-28, basic/index: −32021 names what the client lacks; mcp/input/undeclared.ts.
import { expect, test } from 'vitest'
import type { FinalOutcome } from '../../../src/call/outcome.ts'
import { undeclaredByClient } from '../../../src/mcp/input/undeclared.ts'
import { refuse, type Refusal } from '../../../src/refusal.ts'
import type { JsonObject } from '../../../src/json/value.ts'

const facts = {
  class: 'refused_by_target',
  status: 400,
  resultBytes: 0,
  result: undefined,
  targetRequestId: undefined,
} as const
const refused = (refusal: Refusal) => ({ kind: 'refused', refusal, facts }) as const
const missing = (requiredCapabilities: JsonObject) =>
  refused(refuse('call.client_cannot_answer', { rpcData: { requiredCapabilities } }))
const meta = (capabilities: JsonObject) => ({
  'io.modelcontextprotocol/clientCapabilities': capabilities,
})

test('of what the target misses the client hears what it did not declare', () => {
  const outcome = undeclaredByClient(missing({ sampling: {}, roots: {} }), meta({ roots: {} }))
  expect(outcome).toMatchObject({
    refusal: {
      refused: 'call.client_cannot_answer',
      rpcData: { requiredCapabilities: { sampling: {} } },
    },
  })
})

test('what it declared and the target may not use is for the operator', () => {
  const outcome = undeclaredByClient(missing({ sampling: {} }), meta({ sampling: {} }))
  expect(outcome).toMatchObject({ refusal: { refused: 'call.input_not_allowed' } })
})

test('where the target does not say what it misses, the client hears that something is missing', () => {
  const outcome = undeclaredByClient(missing({}), meta({ sampling: {} }))
  expect(outcome).toMatchObject({ refusal: { refused: 'call.client_cannot_answer' } })
})

test('the end of a stream is said in the same way, and every other refusal stays', async () => {
  const other = refused(refuse('call.target_timeout'))
  expect(undeclaredByClient(other, meta({}))).toBe(other)
  const ended = Promise.resolve<FinalOutcome>(missing({ sampling: {} }))
  const messages = (async function* () {})()
  const outcome = undeclaredByClient({ kind: 'stream', messages, ended }, meta({ sampling: {} }))
  expect(outcome.kind === 'stream' && (await outcome.ended)).toMatchObject({
    refusal: { refused: 'call.input_not_allowed' },
  })
})
