import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Head } from '../../src/in/inbound.ts'
import { CALL, request, startExchange, type Exchange } from './exchange.ts'

let exchange: Exchange
beforeAll(async () => {
  exchange = await startExchange()
})
afterAll(() => exchange.close())

async function headOf(bytes: string | Buffer) {
  const { head, raw } = await exchange.send(bytes)
  return head ?? { parser: /^HTTP\/1\.1 (\d+)/.exec(raw)?.[1] ?? 'closed' }
}
const target = (path: string) => request({ line: `POST ${path} HTTP/1.1` })

describe('checkHead: a clean request', () => {
  it('becomes a Head that knows its route, its peer and when it came', async () => {
    const head = await headOf(request())
    expect(head).toMatchObject({
      kind: 'mcp',
      requestId: 'r1',
      method: 'POST',
      peerAddress: '127.0.0.1',
      arrivedMonotonicMs: 42,
      route: { target: undefined, resource: 'https://gate.acme.example/mcp' },
    })
  })

  it.each(['GET', 'DELETE', 'PUT', 'PATCH', 'TRACE', 'HEAD'])(
    '%s passes: 405 comes after the token (protocol §2)',
    async (method) => {
      const bytes = `${method} /mcp HTTP/1.1\r\nHost: gate.acme.example\r\n\r\n`
      expect(await headOf(bytes)).toMatchObject({ kind: 'mcp', method })
    },
  )

  it('H-13: Upgrade and method overrides are not listened to', async () => {
    const headers = { Connection: 'Upgrade', Upgrade: 'h2c', 'X-HTTP-Method-Override': 'DELETE' }
    expect(await headOf(request({ headers }))).toMatchObject({ kind: 'mcp', method: 'POST' })
  })
})

describe('checkHead: request target (H-05, RFC 9112 §3.2)', () => {
  it.each([
    '/mcp/../mcp',
    '/mcp/..',
    '//mcp',
    '/mcp//market',
    '/./mcp',
    '/mcp/.',
    '/mcp%2fmarket',
    '/%2e%2e/mcp',
    '/mcp%2E',
    '/mcp%5cmarket',
    '/mcp\\market',
    '/mcp;x=1',
    '/mcp%3bx',
    '/mcp%00',
    '/mcp%',
    '/mcp%zz',
    '/mcp%c3%28',
    '/mcp%0d%0aX:1',
    '/mcp#x',
    '/mcp?x#y',
    '*',
    'http://gate.acme.example/mcp',
  ])('%s is malformed', async (path) => {
    expect(await headOf(target(path))).toMatchObject({ refused: 'in.malformed_request' })
  })

  it('bytes that are no ASCII never get here: the parser refuses them', async () => {
    expect(await headOf(Buffer.from(target('/mcp\xe9'), 'latin1'))).toEqual({ parser: '400' })
  })

  it('a target longer than 2048 is 414', async () => {
    const path = `/mcp?${'x'.repeat(2100)}`
    expect(await headOf(target(path))).toMatchObject({ refused: 'in.uri_too_long' })
  })

  it.each([
    '/',
    '/MCP',
    '/mcp/market/x',
    '/mcp/Market',
    '/mcp/other',
    '/mcp/m%61rket',
    '/mcpx',
    '/health',
    '/.well-known/oauth-protected-resource/',
    '/.well-known/oauth-protected-resource/mcp/other',
    '/.well-known/oauth-authorization-server',
  ])('O-34: %s is not in the table', async (path) => {
    expect(await headOf(target(path))).toMatchObject({ refused: 'in.no_such_route' })
  })

  it('no rule reads the query: /nothing?x=/mcp is 404, /mcp?x=/health is /mcp', async () => {
    expect(await headOf(target('/nothing?x=/mcp'))).toMatchObject({ refused: 'in.no_such_route' })
    expect(await headOf(target('/mcp?x=/health'))).toMatchObject({ kind: 'mcp' })
  })
})

describe('checkHead: Host and Origin (H-12, M-19, O-33)', () => {
  it.each(['gate.acme.example', 'GATE.acme.example', 'gate.acme.example:443'])(
    '%s is served',
    async (host) => {
      expect(await headOf(request({ headers: { Host: host } }))).toMatchObject({ kind: 'mcp' })
    },
  )

  it('in development the loopback listener is served under its own names', async () => {
    const port = exchange.host.split(':')[1]
    for (const host of [exchange.host, `localhost:${port}`, `[::1]:${port}`]) {
      expect(await headOf(request({ headers: { Host: host } }))).toMatchObject({ kind: 'mcp' })
    }
  })

  it.each([
    'evil.example',
    'gate.acme.example.evil.example',
    'gate.acme.example:444',
    '127.0.0.1:1',
  ])('%s is 421', async (host) => {
    const head = await headOf(request({ headers: { Host: host } }))
    expect(head).toMatchObject({ refused: 'in.unknown_host' })
  })

  it.each(['a b', 'user@gate.acme.example', 'gate.acme.example/', 'gate.acme.example, evil', ''])(
    'the malformed Host %j is 400',
    async (host) => {
      const head = await headOf(request({ headers: { Host: host } }))
      expect(head).toMatchObject({ refused: 'in.malformed_request' })
    },
  )

  it('two Host headers are 400 (Node would take the first)', async () => {
    const headers = { Host: ['gate.acme.example', 'gate.acme.example'] }
    expect(await headOf(request({ headers }))).toMatchObject({ refused: 'in.duplicate_header' })
  })

  it.each([
    'https://evil.example',
    'null',
    'http://gate.acme.example',
    'https://app.acme.example:8443',
  ])('Origin %s is 403', async (origin) => {
    const head = await headOf(request({ headers: { Origin: origin } }))
    expect(head).toMatchObject({ refused: 'in.forbidden_origin' })
  })

  it.each(['https://app.acme.example', 'https://gate.acme.example'])(
    'Origin %s is allowed',
    async (origin) => {
      expect(await headOf(request({ headers: { Origin: origin } }))).toMatchObject({ kind: 'mcp' })
    },
  )

  it('the order holds: a wrong Host answers before a wrong path, a wrong Origin too', async () => {
    const line = 'POST /nothing HTTP/1.1'
    const wrongHost = request({ line, headers: { Host: 'evil.example', Origin: 'null' } })
    expect(await headOf(wrongHost)).toMatchObject({ refused: 'in.unknown_host' })
    const wrongOrigin = request({ line, headers: { Origin: 'null' } })
    expect(await headOf(wrongOrigin)).toMatchObject({ refused: 'in.forbidden_origin' })
  })
})

describe('checkHead: headers (H-01..H-03, H-06, H-09, J-17)', () => {
  it('identity and forwarding headers never get into a Head, in any spelling', async () => {
    const spoofed = Object.fromEntries(
      [
        'X-Forwarded-User',
        'X_Forwarded_For',
        'x.forwarded.host',
        'X-FORWARDED-PROTO',
        'X-Sallyport-User',
        'X_Sallyport_User',
        'x.sallyport.user',
        'Forwarded',
        'Via',
        'Remote-User',
        'REMOTE_ADDR',
        'X-Amzn-Oidc-Data',
        'X_Amzn_Oidc_Identity',
        'X-Real-IP',
        'Mcp_Name',
        'mcp.method',
        '__proto__',
        'constructor',
        'Cookie',
      ].map((name) => [name, 'mallory']),
    )
    const bytes = request({ headers: { ...spoofed, Connection: 'X-Sallyport-User, close' } })
    const head = (await headOf(bytes)) as Head
    expect([...head.headers.keys()].sort()).toEqual([
      'accept',
      'content-length',
      'content-type',
      'host',
      'mcp-method',
      'mcp-name',
      'mcp-protocol-version',
    ])
    expect([...head.headers.values()]).not.toContain('mallory')
  })

  it.each(['X-Sallyport-User\t', 'X-Sallyport-User '])(
    'a name with whitespace (%j) is refused by the parser',
    async (name) => {
      expect(await headOf(request({ headers: { [name]: 'x' } }))).toEqual({ parser: '400' })
    },
  )

  it('J-17: two Authorization headers are refused as such', async () => {
    const headers = { Authorization: ['Bearer a', 'Bearer a'] }
    expect(await headOf(request({ headers }))).toEqual({ refused: 'identify.several_tokens' })
    const other = 'authorization: Bearer a\r\nAuthorization: Basic b'
    const bytes = request().replace('\r\n', `\r\n${other}\r\n`)
    expect(await headOf(bytes)).toEqual({ refused: 'identify.several_tokens' })
  })

  it.each(['Content-Type', 'Origin', 'DPoP', 'User-Agent', 'traceparent'])(
    '%s twice is refused',
    async (name) => {
      const value = name === 'Origin' ? 'https://app.acme.example' : 'application/json'
      const head = await headOf(request({ headers: { [name]: [value, value] } }))
      expect(head).toMatchObject({ refused: 'in.duplicate_header' })
    },
  )

  it('a list may be spread over several fields (RFC 9110 §5.2)', async () => {
    const headers = { Accept: ['application/json', 'text/event-stream'] }
    const head = (await headOf(request({ headers }))) as Head
    expect(head.headers.get('accept')).toBe('application/json, text/event-stream')
  })

  it('a mirrored header twice is noted, because it is judged after the token', async () => {
    const headers = { 'Mcp-Name': ['get_prices', 'get_prices'], 'Mcp-Param-A': ['1', '2'] }
    const head = (await headOf(request({ headers }))) as Head
    expect([...(head.repeatedMirrors ?? [])]).toEqual(['mcp-name', 'mcp-param-a'])
  })

  const chunked = `5\r\nhello\r\n0\r\n\r\n`
  it.each([
    ['xchunked', undefined],
    ['identity', undefined],
    ['gzip, chunked', chunked],
  ])('H-06: Transfer-Encoding %s is refused', async (coding, body) => {
    const headers = { 'Transfer-Encoding': coding, 'Content-Length': undefined }
    const head = await headOf(request({ headers, body: body ?? '' }))
    expect(JSON.stringify(head)).toMatch(/in\.unsupported_transfer_coding|"parser":"400"/)
  })

  it('RFC 9112 §6.1: a transfer coding in HTTP/1.0 is faulty framing', async () => {
    const headers = { 'Transfer-Encoding': 'chunked', 'Content-Length': undefined }
    const line = 'POST /mcp HTTP/1.0'
    expect(await headOf(request({ line, headers, body: chunked }))).toMatchObject({
      refused: 'in.malformed_request',
    })
    expect(await headOf(request({ line }))).toMatchObject({ kind: 'mcp' })
  })

  it.each([
    ['CL.TE', { 'Transfer-Encoding': 'chunked' }],
    ['TE.TE', { 'Transfer-Encoding': ['chunked', 'chunked'], 'Content-Length': undefined }],
    ['two lengths', { 'Content-Length': ['5', '6'] }],
    ['a signed length', { 'Content-Length': '+5' }],
    ['obs-fold', { 'X-A': 'a\r\n b' }],
    ['a bare LF', { 'X-A': 'a\nX-B: b' }],
    ['a NUL', { 'X-A': 'a\0b' }],
  ])('H-06: %s never becomes a Head', async (_name, headers) => {
    const head = await headOf(request({ headers }))
    expect(head).not.toHaveProperty('kind')
  })

  it.each(['5;a\nb\r\nhello', '5\nhello', '5;\rx\r\nhello'])(
    'H-06: the chunk %j ends the exchange before a message exists',
    async (chunk) => {
      const headers = { 'Transfer-Encoding': 'chunked', 'Content-Length': undefined }
      const bytes = request({ headers, body: `${chunk}\r\n0\r\n\r\n` })
      expect((await exchange.send(bytes)).inbound ?? { refused: 'parser' }).toHaveProperty(
        'refused',
      )
    },
  )

  it('a chunked body is read like any other, its extensions and trailers without effect', async () => {
    const body = JSON.stringify(CALL)
    const chunks = `${body.length.toString(16)};x=y\r\n${body}\r\n0\r\nMcp-Name: other\r\n\r\n`
    const headers = { 'Transfer-Encoding': 'chunked', 'Content-Length': undefined }
    const { inbound } = await exchange.send(request({ headers, body: chunks }))
    expect(inbound).toMatchObject({ method: 'tools/call' })
  })
})

describe('checkHead: credentials in the query (O-27, OAuth 2.1 §5.1)', () => {
  it.each([
    'access_token=a',
    'x=1&access_token=a',
    'access%5Ftoken=a',
    'ACCESS-TOKEN=a',
    'token=a',
    'x;access_token=a',
    'accessToken=a',
    'api_key=a',
    'id_token',
    'Authorization=Bearer%20a',
  ])('?%s is refused before any token is looked at', async (query) => {
    const headers = { Authorization: 'Bearer good' }
    const bytes = request({ line: `POST /mcp?${query} HTTP/1.1`, headers })
    expect(await headOf(bytes)).toEqual({ refused: 'identify.token_in_query' })
  })
})

describe('checkHead: what is public (RFC 9728 §3, Fetch §3.3)', () => {
  const get = (path: string, method = 'GET', more = '') =>
    `${method} ${path} HTTP/1.1\r\nHost: gate.acme.example\r\n${more}\r\n`

  it.each([
    ['/.well-known/oauth-protected-resource', '/mcp'],
    ['/.well-known/oauth-protected-resource/mcp', '/mcp'],
    ['/.well-known/oauth-protected-resource/mcp/', '/mcp/'],
    ['/.well-known/oauth-protected-resource/mcp/market', '/mcp/market'],
    ['/.well-known/oauth-protected-resource/mcp/market/', '/mcp/market/'],
  ])('%s names the resource %s', async (path, resource) => {
    expect(await headOf(get(path))).toEqual({
      kind: 'metadata',
      resource: `https://gate.acme.example${resource}`,
      method: 'GET',
      origin: undefined,
    })
    expect(await headOf(get(path, 'HEAD'))).toMatchObject({ kind: 'metadata', method: 'HEAD' })
  })

  it('other methods on metadata are 405 with what is allowed', async () => {
    expect(await headOf(get('/.well-known/oauth-protected-resource', 'DELETE'))).toEqual({
      refused: 'in.method_not_allowed',
      expected: 'GET, HEAD, OPTIONS',
    })
  })

  it('a preflight of an allowed origin is answered without a token, with the Mcp-Param-* it asks for', async () => {
    const more =
      'Origin: https://app.acme.example\r\nAccess-Control-Request-Method: POST\r\n' +
      'Access-Control-Request-Headers: authorization, Mcp-Param-Region,mcp-param-(x), cookie\r\n'
    expect(await headOf(get('/mcp', 'OPTIONS', more))).toEqual({
      kind: 'preflight',
      allow: 'POST, OPTIONS',
      origin: 'https://app.acme.example',
      paramHeaders: ['mcp-param-region'],
    })
  })

  it('a preflight of another origin is 403, one for another path 404', async () => {
    expect(await headOf(get('/mcp', 'OPTIONS', 'Origin: null\r\n'))).toMatchObject({
      refused: 'in.forbidden_origin',
    })
    expect(await headOf(get('/nothing', 'OPTIONS'))).toMatchObject({ refused: 'in.no_such_route' })
  })

  it('OPTIONS on metadata allows reading', async () => {
    const path = '/.well-known/oauth-protected-resource/mcp'
    expect(await headOf(get(path, 'OPTIONS'))).toMatchObject({ allow: 'GET, HEAD, OPTIONS' })
  })
})
