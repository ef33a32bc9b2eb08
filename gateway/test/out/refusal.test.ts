import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { REFUSALS, type RefusalCode } from '../../src/answers.ts'
import { rawNumber } from '../../src/json/raw-number.ts'
import { writeRefusal, type RefusalContext } from '../../src/out/refusal.ts'
import { refuse, type Refusal } from '../../src/refusal.ts'
import { CONTEXT, overTheWire } from './wire.ts'

const write = (refusal: Refusal, context: RefusalContext = CONTEXT, request?: string) =>
  overTheWire((res) => writeRefusal(res, refusal, context), request)
const metadata = 'https://gate.acme.example/.well-known/oauth-protected-resource/mcp'

describe('writeRefusal: every code', () => {
  it.each(Object.keys(REFUSALS) as RefusalCode[])(
    '%s has its status, its code, its request id, its fix and its page',
    async (code) => {
      const wire = await write(refuse(code, { seen: 'x', reason: 'INSIDE', policies: ['INSIDE'] }))
      expect(wire.status).toBe(REFUSALS[code].status)
      expect(wire.headers.get('x-sallyport-request-id')).toBe('req-1')
      expect(wire.headers.get('cache-control')).toBe('no-store')
      expect(wire.headers.get('vary')).toBe('Authorization')
      expect(wire.headers.get('content-type')).toBe('application/json')
      for (const word of [code, 'req-1', REFUSALS[code].what, REFUSALS[code].fix]) {
        expect(wire.body).toContain(JSON.stringify(word).slice(1, -1))
      }
      expect(wire.body).toContain(`docs/errors.md#${code}`)
      expect(wire.body).not.toContain('INSIDE')
    },
  )
})

describe('writeRefusal: http', () => {
  it('is a plain JSON body', async () => {
    const wire = await write(refuse('in.body_too_large', { expected: 'at most 5 bytes' }))
    expect(wire.json).toEqual({
      error: 'invalid_request',
      error_description: 'the body is larger than the limit; expected: at most 5 bytes',
      code: 'in.body_too_large',
      request_id: 'req-1',
      what: 'the body is larger than the limit',
      expected: 'at most 5 bytes',
      fix: 'send less, or raise `limits.bodyBytes`',
      doc: 'docs/errors.md#in.body_too_large',
    })
  })

  it('RFC 9110 §15.5.6: 405 lists what is allowed', async () => {
    const post = await write(refuse('in.method_not_allowed'))
    expect(post.headers.get('allow')).toBe('POST')
    const get = await write(refuse('in.method_not_allowed', { expected: 'GET, HEAD, OPTIONS' }))
    expect(get.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
  })
})

describe('writeRefusal: challenge (RFC 6750 §3, RFC 9728 §5.1)', () => {
  it('§3.1: without a token there is no error in it', async () => {
    const context = { ...CONTEXT, resourceMetadata: metadata, scope: 'mcp:use' }
    const wire = await write(refuse('identify.no_token'), context)
    expect(wire.status).toBe(401)
    expect(wire.headers.get('www-authenticate')).toBe(
      `Bearer resource_metadata="${metadata}", scope="mcp:use"`,
    )
    expect(wire.json).toMatchObject({
      error: 'unauthorized',
      error_description: 'no access token was sent',
      request_id: 'req-1',
    })
  })

  it('a bad token is named by what is wrong with it', async () => {
    const wire = await write(refuse('identify.token_expired', { seen: 'expired 5 s ago' }), {
      ...CONTEXT,
      resourceMetadata: metadata,
    })
    expect(wire.headers.get('www-authenticate')).toBe(
      `Bearer error="invalid_token", error_description="the token has expired; seen: expired 5 s ago", resource_metadata="${metadata}"`,
    )
    expect(wire.json).toMatchObject({ error: 'invalid_token', code: 'identify.token_expired' })
  })

  it('O-27: credentials in the query are a plain 400 invalid_request', async () => {
    const wire = await write(refuse('identify.token_in_query'))
    expect(wire.status).toBe(400)
    expect(wire.headers.get('www-authenticate')).toBe(
      'Bearer error="invalid_request", error_description="credentials in the query are never accepted"',
    )
    expect(wire.json).toMatchObject({ error: 'invalid_request' })
  })

  it('a missing scope is 403 with all scopes of the operation, and readable as JSON-RPC', async () => {
    const context = { ...CONTEXT, rpcId: 4, resourceMetadata: metadata, scope: 'ignored' }
    const wire = await write(refuse('identify.insufficient_scope', { scope: 'a b' }), context)
    expect(wire.status).toBe(403)
    expect(wire.headers.get('www-authenticate')).toMatch(
      /^Bearer error="insufficient_scope", .*scope="a b"$/,
    )
    expect(wire.json).toMatchObject({
      jsonrpc: '2.0',
      id: 4,
      error: { code: -32_000, data: { code: 'identify.insufficient_scope' } },
    })
  })

  it('without anything to say it is the bare scheme', async () => {
    const wire = await write(refuse('identify.no_token'))
    expect(wire.headers.get('www-authenticate')).toBe('Bearer')
  })

  it('property: no text gets out of its quoted-string, its field or the header', async () => {
    const { bearerChallenge } = await import('../../src/out/challenge.ts')
    const text = hostileText()
    fc.assert(
      fc.property(text, text, text, (description, resourceMetadata, scope) => {
        const value = bearerChallenge({ error: 'e', description, resourceMetadata, scope })
        expect(value).toMatch(
          /^Bearer error="e", error_description="[ !#-[\]-~]*", resource_metadata="[ !#-[\]-~]*"(, scope="[ !#-[\]-~]+")?$/,
        )
      }),
    )
  })
})

describe('writeRefusal: rpc', () => {
  it('carries the number, the id and the data that the revision demands', async () => {
    const refusal = refuse('in.unsupported_version', {
      rpcData: { supported: ['2026-07-28'], requested: '2025-11-25' },
      rpcId: 'i',
    })
    const wire = await write(refusal)
    expect(wire.status).toBe(400)
    expect(wire.json).toEqual({
      jsonrpc: '2.0',
      id: 'i',
      error: {
        code: -32_022,
        message: 'the protocol version is not served here',
        data: {
          supported: ['2026-07-28'],
          requested: '2025-11-25',
          code: 'in.unsupported_version',
          request_id: 'req-1',
          what: 'the protocol version is not served here',
          fix: REFUSALS['in.unsupported_version'].fix,
          doc: 'docs/errors.md#in.unsupported_version',
        },
      },
    })
  })

  it('an id that nobody understood is null, one beyond a double is kept digit for digit', async () => {
    expect((await write(refuse('in.invalid_json'))).json).toMatchObject({ id: null })
    const raw = await write(refuse('in.no_such_method', { rpcId: rawNumber('9007199254740993') }))
    expect(raw.body).toContain('"id":9007199254740993,')
  })

  it('M-10: hidden and unknown tools get the same bytes', async () => {
    const context = { ...CONTEXT, rpcId: 1 }
    const hidden = refuse('authorize.no_such_tool', {
      actual: 'authorize.denied',
      reason: 'forbidden by policy 7',
      policies: ['p7'],
      seen: 'market___set_alert',
      expected: 'x',
    })
    const [one, other] = [
      await write(hidden, context),
      await write(refuse('authorize.no_such_tool'), context),
    ]
    expect(one.body).toBe(other.body)
    expect([...one.headers.keys()]).toEqual([...other.headers.keys()])
    expect(one.status).toBe(200)
  })
})

describe('writeRefusal: tool', () => {
  it('is a result that the model reads', async () => {
    const wire = await write(refuse('authorize.denied'), { ...CONTEXT, rpcId: 9 })
    expect(wire.status).toBe(200)
    const { what, fix } = REFUSALS['authorize.denied']
    expect(wire.json).toEqual({
      jsonrpc: '2.0',
      id: 9,
      result: {
        resultType: 'complete',
        content: [{ type: 'text', text: `${what}. ${fix}. (authorize.denied, request req-1)` }],
        isError: true,
        _meta: {
          'sallyport/refusal': {
            code: 'authorize.denied',
            request_id: 'req-1',
            what,
            fix,
            doc: 'docs/errors.md#authorize.denied',
          },
        },
      },
    })
  })
})

describe('writeRefusal: headers and connection', () => {
  it('H-16: an allowed origin is named and may read the challenge; credentials mode is never allowed', async () => {
    const wire = await write(refuse('identify.no_token'), {
      requestId: 'req-1',
      origin: 'https://app.acme.example',
    })
    expect(wire.headers.get('access-control-allow-origin')).toBe('https://app.acme.example')
    expect(wire.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate')
    expect(wire.headers.get('vary')).toBe('Authorization, Origin')
    expect(wire.headers.has('access-control-allow-credentials')).toBe(false)
  })

  it('H-15: nothing names the software', async () => {
    const wire = await write(refuse('in.no_such_route'))
    expect(wire.rawHead).not.toMatch(/^(server|x-powered-by|via):/im)
    expect(wire.headers.get('x-content-type-options')).toBe('nosniff')
  })

  const post = (headers: string, body = '') =>
    `POST / HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n${body}`
  it.each([
    ['a large unread body', post('Content-Length: 999999', 'x')],
    ['an unread body without a length', post('Transfer-Encoding: chunked', '1\r\nx\r\n')],
  ])('D-02: %s ends the connection', async (_name, request) => {
    const wire = await write(refuse('identify.no_token'), CONTEXT, request)
    expect(wire.status).toBe(401)
    expect(wire.headers.get('connection')).toBe('close')
  })

  it('a large body that was read does not', async () => {
    const body = 'x'.repeat(70_000)
    const wire = await overTheWire(
      (res, req) => {
        req.resume().once('end', () => writeRefusal(res, refuse('in.invalid_json'), CONTEXT))
        res.on('finish', () => req.socket.end())
      },
      post(`Content-Length: ${body.length}`, body),
    )
    expect(wire.headers.get('connection')).not.toBe('close')
  })

  it('a small unread body does not', async () => {
    const request = post('Content-Length: 5', 'hel')
    const wire = await overTheWire((res, req) => {
      res.on('finish', () => req.socket.end())
      writeRefusal(res, refuse('identify.no_token'), CONTEXT)
    }, request)
    expect(wire.headers.get('connection')).not.toBe('close')
  })

  it('after headers were sent nothing is said: the connection breaks', async () => {
    const wire = await overTheWire((res) => {
      res.writeHead(200, { 'content-length': '100' })
      res.write('half')
      writeRefusal(res, refuse('call.target_timeout'), CONTEXT)
    })
    expect(wire.body).not.toContain('call.target_timeout')
  })

  it('to a client that has gone nothing is written', async () => {
    const wire = await overTheWire((res) => {
      res.destroy()
      writeRefusal(res, refuse('call.target_timeout'), CONTEXT)
    })
    expect(wire.body).toBe('')
  })

  it('property: whatever a refusal says, headers stay one line each and JSON stays JSON', async () => {
    const text = hostileText()
    const code = fc.constantFrom(...(Object.keys(REFUSALS) as RefusalCode[]))
    await fc.assert(
      fc.asyncProperty(code, text, text, text, async (refused, seen, expected, scope) => {
        fc.pre(refused !== 'in.method_not_allowed')
        const wire = await write(refuse(refused, { seen, expected, scope }))
        expect(wire.status).toBe(REFUSALS[refused].status)
        expect(wire.rawHead.replaceAll('\r\n', '')).not.toMatch(/[\r\n\0]/)
        expect(wire.json).toBeTypeOf('object')
      }),
      { numRuns: 40 },
    )
  })
})

/** Text made of what ends strings, fields and headers, and of anything else. */
function hostileText(): fc.Arbitrary<string> {
  const enders = fc.constantFrom('"', '\\', '\r', '\n', '\0', ',', ' ', 'a', 'é')
  return fc.oneof(fc.string({ unit: enders }), fc.string({ unit: 'binary' }))
}
