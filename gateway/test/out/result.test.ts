import { describe, expect, it } from 'vitest'

import { rawNumber } from '../../src/json/raw-number.ts'
import { rawAnswer } from '../../src/out/raw-answer.ts'
import { protectedResourceMetadata, writeMetadata, writePreflight } from '../../src/out/public.ts'
import { writeAccepted, writeResult, writeRpc } from '../../src/out/result.ts'
import { CONTEXT, overTheWire, parse } from './wire.ts'

const ORIGIN = { requestId: 'req-1', origin: 'https://app.acme.example' }

describe('complete answers (MCP 2026-07-28, transports/streamable-http)', () => {
  it.each(['e', 'é', 'e'.repeat(20_000)])('a result is relayed byte for byte', async (name) => {
    const body = `{"jsonrpc":"2.0","id":1,"result":{"n":12345678901234567.89,"${name}":"\\u00e9"}}`
    const wire = await overTheWire((res) => writeResult(res, Buffer.from(body), CONTEXT))
    expect(wire.status).toBe(200)
    expect(Buffer.from(wire.body, 'latin1').toString()).toBe(body)
    expect(wire.headers.get('content-type')).toBe('application/json')
    expect(wire.headers.get('content-length')).toBe(String(Buffer.byteLength(body)))
  })

  it('a result of our own keeps raw numbers and the id as text', async () => {
    const context = { ...CONTEXT, rpcId: rawNumber('9007199254740993') }
    const wire = await overTheWire((res) => writeRpc(res, { n: rawNumber('1E5') }, context))
    expect(wire.body).toBe('{"jsonrpc":"2.0","id":9007199254740993,"result":{"n":1E5}}')
  })

  it('a notification is 202 without a body', async () => {
    const wire = await overTheWire((res) => writeAccepted(res, CONTEXT))
    expect(wire.status).toBe(202)
    expect(wire.body.replace(/^0\r\n\r\n$/, '')).toBe('')
    expect(wire.headers.get('x-sallyport-request-id')).toBe('req-1')
  })
})

describe('writePreflight (Fetch §3.3, protocol §10)', () => {
  it('allows the headers of MCP and the parameter headers that were asked for, without credentials', async () => {
    const preflight = { allow: 'POST, OPTIONS', paramHeaders: ['mcp-param-region'] }
    const wire = await overTheWire((res) => writePreflight(res, preflight, ORIGIN))
    expect(wire.status).toBe(204)
    expect(wire.headers.get('access-control-allow-origin')).toBe('https://app.acme.example')
    expect(wire.headers.get('access-control-allow-methods')).toBe('POST, OPTIONS')
    expect(wire.headers.get('access-control-allow-headers')).toBe(
      'Authorization, Content-Type, Accept, DPoP, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, Last-Event-ID, mcp-param-region',
    )
    expect(wire.headers.has('access-control-allow-credentials')).toBe(false)
  })

  it('names no origin where none asked', async () => {
    const preflight = { allow: 'POST, OPTIONS', paramHeaders: [] }
    const wire = await overTheWire((res) => writePreflight(res, preflight, CONTEXT))
    expect(wire.headers.get('allow')).toBe('POST, OPTIONS')
    expect(wire.rawHead).not.toMatch(/access-control/i)
  })
})

describe('protected resource metadata (RFC 9728 §2)', () => {
  const settings = {
    authorizationServers: ['https://login.acme.example'],
    scopes: ['mcp:use', 'offline_access'],
  }

  it('names the resource, the issuers and few scopes', async () => {
    const metadata = protectedResourceMetadata('https://gate.acme.example/mcp/', settings)
    const wire = await overTheWire((res) => writeMetadata(res, metadata, ORIGIN))
    expect(wire.json).toEqual({
      resource: 'https://gate.acme.example/mcp/',
      authorization_servers: ['https://login.acme.example'],
      scopes_supported: ['mcp:use'],
      bearer_methods_supported: ['header'],
    })
    expect(wire.headers.get('content-type')).toBe('application/json')
    expect(wire.headers.get('access-control-allow-origin')).toBe('https://app.acme.example')
  })

  it('§3.2: no scopes, no member', () => {
    const metadata = protectedResourceMetadata('r', { ...settings, scopes: ['offline_access'] })
    expect(metadata).not.toHaveProperty('scopes_supported')
  })

  it('HEAD has the headers and no body (RFC 9110 §9.3.2)', async () => {
    const metadata = protectedResourceMetadata('r', settings)
    const request = 'HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    const wire = await overTheWire((res) => writeMetadata(res, metadata, CONTEXT), request)
    expect(wire.body).toBe('')
    expect(Number(wire.headers.get('content-length'))).toBe(JSON.stringify(metadata).length)
  })
})

describe('rawAnswer (H-06, D-02)', () => {
  it.each([
    ['in.header_too_large', 'HTTP/1.1 431 Request Header Fields Too Large'],
    ['in.timeout', 'HTTP/1.1 408 Request Timeout'],
    ['in.malformed_request', 'HTTP/1.1 400 Bad Request'],
  ] as const)('%s is a complete answer, and the last one', (code, line) => {
    const wire = parse(rawAnswer(code, 'req-1'))
    expect(wire.rawHead.split('\r\n')[0]).toBe(line)
    expect(wire.headers.get('connection')).toBe('close')
    expect(wire.headers.get('content-length')).toBe(String(wire.body.length))
    expect(wire.json).toMatchObject({ code, request_id: 'req-1' })
  })

  it('H-13: CONNECT is told what is allowed', () => {
    expect(parse(rawAnswer('in.method_not_allowed', 'r')).headers.get('allow')).toBe('POST')
  })
})
