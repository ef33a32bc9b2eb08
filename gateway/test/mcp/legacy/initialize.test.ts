import { describe, expect, test } from 'vitest'
import { initializeResult, readInitialize } from '../../../src/mcp/legacy/initialize.ts'
import { ROUTE } from './world.ts'

const read = (params: object, minProtocol = ROUTE.minProtocol) =>
  readInitialize({ protocolVersion: '2025-06-18', ...params }, { ...ROUTE, minProtocol })

describe('MCP 2025-11-25, basic/lifecycle: initialize', () => {
  test.each([
    ['2025-11-25', '2025-11-25'],
    ['2025-06-18', '2025-06-18'],
    ['2025-03-26', '2025-03-26'],
    ['2024-11-05', '2025-11-25'],
    ['2026-07-28', '2025-11-25'],
    ['zzz', '2025-11-25'],
  ])('whoever asks for %s gets %s', (asked, protocolVersion) => {
    expect(read({ protocolVersion: asked })).toMatchObject({ protocolVersion })
  })

  test('a floor leaves what is above it', () => {
    expect(read({}, '2025-11-25')).toMatchObject({ protocolVersion: '2025-11-25' })
    expect(read({}, '2025-06-18')).toMatchObject({ protocolVersion: '2025-06-18' })
  })

  test.each([
    [{ protocolVersion: undefined }, '`protocolVersion` is no string'],
    [{ protocolVersion: 1 }, '`protocolVersion` is no string'],
    [{ capabilities: [] }, '`capabilities` is no object'],
    [{ capabilities: { roots: { x: 'x'.repeat(3_000) } } }, '`capabilities` is too large'],
  ])('%j is refused', (params, seen) => {
    expect(read(params)).toMatchObject({ refused: 'in.invalid_params', seen })
  })

  test('of capabilities that are too many, those stay that decide what may be asked', () => {
    const experimental = { x: 'x'.repeat(3_000) }
    const capabilities = { experimental, elicitation: { form: {} }, sampling: {} }
    expect(read({ capabilities })).toMatchObject({
      clientCapabilities: { elicitation: { form: {} }, sampling: {} },
    })
  })

  test('a client is known by name and version, cut to a length', () => {
    const clientInfo = { name: 'n'.repeat(500), version: '1', icons: [] }
    expect(read({ clientInfo })).toMatchObject({
      clientInfo: { name: 'n'.repeat(128), version: '1' },
    })
    expect(read({ clientInfo: { name: 1 } })).toMatchObject({ clientInfo: undefined })
  })

  test('the answer is what is discovered, in the words of the old era', () => {
    const serverInfo = { name: 'sallyport', version: '1' }
    const discovered = {
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {}, prompts: {} },
      instructions: 'be kind',
      _meta: { 'io.modelcontextprotocol/serverInfo': serverInfo },
    }
    expect(initializeResult('2025-06-18', discovered)).toEqual({
      protocolVersion: '2025-06-18',
      capabilities: { tools: {}, prompts: {}, logging: {} },
      serverInfo,
      instructions: 'be kind',
    })
  })
})
