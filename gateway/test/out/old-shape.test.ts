import { describe, expect, it } from 'vitest'
import { answerOf } from '../../src/answers.ts'
import { oldAnswer, oldResponse, oldResult } from '../../src/out/old-shape.ts'

const response = (text: string, method = 'tools/call') =>
  oldResponse(Buffer.from(text), method).toString()
const error = (code: number) => `{"jsonrpc":"2.0","id":1,"error":{"code":${code},"message":"m"}}`

describe('protocol §4, modern → old: results', () => {
  it('lose what only the modern era has, and nothing else', () => {
    const text =
      '{"jsonrpc":"2.0","id":1.0,"result":{"resultType":"complete","content":[{"ttlMs":1e2}],"ttlMs":5,"cacheScope":"private","_meta":{"x":1}}}'
    expect(response(text)).toBe(
      '{"jsonrpc":"2.0","id":1.0,"result":{"content":[{"ttlMs":1e2}],"_meta":{"x":1}}}',
    )
  })

  it.each([
    ['an object', '{"a":1}', true],
    ['an array', '[1]', false],
    ['a text', '"x"', false],
    ['null', 'null', false],
  ])('keep structured content that is %s: %#', (_what, value, kept) => {
    const text = `{"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":${value}}}`
    expect(response(text).includes('structuredContent')).toBe(kept)
  })

  it('of the gateway lose the same, and schemas of results that are no objects', () => {
    const tools = [
      { name: 'a', outputSchema: { type: 'object' } },
      { name: 'b', outputSchema: { type: 'array' } },
      { name: 'c' },
    ]
    expect(oldResult({ resultType: 'complete', tools, ttlMs: 1, cacheScope: 'private' })).toEqual({
      tools: [{ name: 'a', outputSchema: { type: 'object' } }, { name: 'b' }, { name: 'c' }],
    })
  })
})

describe('protocol §4, modern → old: errors', () => {
  it.each([
    [-32_020, 'tools/call', -32_603],
    [-32_021, 'tools/call', -32_603],
    [-32_022, 'tools/call', -32_603],
    [-32_602, 'tools/call', -32_602],
    [-32_602, 'resources/read', -32_002],
    [-32_000, 'resources/read', -32_000],
    [-32_603, 'tools/call', -32_603],
  ])('%d of a target is, to %s, %d', (code, method, expected) => {
    expect(response(error(code), method)).toBe(error(expected))
  })

  it('of a method that there is not, and of params, are in the answer', () => {
    for (const code of ['in.no_such_method', 'in.invalid_params'] as const) {
      expect(oldAnswer(answerOf(code), code, 'x')).toMatchObject({ status: 200 })
      expect(oldAnswer(answerOf(code), code, undefined)).toBe(answerOf(code))
    }
  })

  it('of a resource that there is not have the code of their era', () => {
    const code = 'authorize.no_such_resource'
    expect(oldAnswer(answerOf(code), code, 'resources/read')).toMatchObject({ rpc: -32_002 })
  })

  it('of a client that cannot answer are what a model reads, and never a code of the modern era', () => {
    const code = 'call.client_cannot_answer'
    const answer = answerOf(code)
    expect(oldAnswer(answer, code, 'tools/call')).toMatchObject({ shape: 'tool', status: 200 })
    expect(oldAnswer(answer, code, 'prompts/get')).toMatchObject({ status: 200, rpc: -32_603 })
  })

  it('of the transport stay as they are', () => {
    for (const code of [
      'authorize.rate_limited',
      'in.no_such_session',
      'in.header_mismatch',
    ] as const) {
      const answer = answerOf(code)
      expect(oldAnswer(answer, code, 'tools/call')).toEqual(answer)
    }
  })
})
