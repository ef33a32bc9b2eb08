import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connector } from '../../src/call/connector.ts'
import type { Outcome } from '../../src/call/outcome.ts'
import type { Credential } from '../../src/credential/credential.ts'
import { connectTo, envelope, json, NONE, permitFor, startTarget } from './scripted-target.ts'
import type { ScriptedTarget, Warning } from './scripted-target.ts'

const OK = '{"jsonrpc":"2.0","id":7,"result":{"resultType":"complete","content":[]}}'
let target: ScriptedTarget
let connector: Connector

beforeEach(async () => {
  target = await startTarget(json(OK))
  connector = connectTo(target.url)
})
afterEach(async () => {
  await target.close()
  await connector.close()
})

const never = new AbortController().signal
function call(
  args = '{}',
  more: {
    entry?: Parameters<typeof permitFor>[1]
    credential?: Credential
    envelope?: Parameters<typeof envelope>[0]
    signal?: AbortSignal
  } = {},
): Promise<Outcome> {
  return connector.call(
    permitFor(args, more.entry),
    more.credential ?? NONE,
    envelope(more.envelope),
    more.signal ?? never,
  )
}

function refusal(outcome: Outcome): [string, string] {
  if (outcome.kind !== 'refused') throw new Error(`a refusal was expected, not ${outcome.kind}`)
  return [outcome.refusal.refused, outcome.facts.class]
}

describe('what is sent', () => {
  it('architecture §3: the permit’s tool and arguments, the client’s id and _meta, nothing else', async () => {
    const meta = { progressToken: 'p', 'x.example/unknown': { a: [1] } }
    await call('{"market":"DE","day":"2026-03-29"}', { envelope: { id: 'a"b', meta } })
    expect(target.received[0]).toMatchObject({ method: 'POST', url: '/mcp' })
    expect(target.received[0]?.body).toBe(
      '{"jsonrpc":"2.0","id":"a\\"b","method":"tools/call","params":{"name":"get_prices","arguments":{"market":"DE","day":"2026-03-29"},"_meta":{"progressToken":"p","x.example/unknown":{"a":[1]}}}}',
    )
  })

  it('M-28: numbers arrive as the text that was decided on', async () => {
    const numbers =
      '[9007199254740993,12345678901234567.89,-0,1E5,1.0,0.1,1234567890123456789012345678901234567890123456789012345678901234]'
    await call(`{"n":${numbers}}`)
    expect(target.received[0]?.body).toContain(`"arguments":{"n":${numbers}}`)
  })

  it('O-23, H-07: the headers are exactly those that the connector writes', async () => {
    await call()
    const { rawHeaders = [] } = target.received[0] ?? {}
    const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
    expect(names.sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'content-length',
      'content-type',
      'host',
      'mcp-method',
      'mcp-name',
      'mcp-protocol-version',
      'user-agent',
    ])
    expect(target.received[0]?.headers).toMatchObject({
      'mcp-method': 'tools/call',
      'mcp-name': 'get_prices',
      'mcp-protocol-version': '2026-07-28',
      accept: 'application/json, text/event-stream',
      'accept-encoding': 'identity',
    })
  })

  it('SEP-2243: declared headers are computed from the arguments, Base64 where a value is unsafe', async () => {
    const paramHeaders = [
      'market',
      'day',
      'note',
      'count',
      'dry',
      'deep',
      'gone',
      'blank',
      'big',
      'two-words',
    ].map((name) => ({
      header: `Mcp-Param-${name}`,
      path: name === 'deep' ? ['outer', 'inner'] : [name],
    }))
    await call(
      '{"market":"DE","day":"\\r\\nx: y","note":"=?base64?eA==?=","count":1E5,"dry":false,"outer":{"inner":"ü"},"gone":null,"blank":"","big":9007199254740993}',
      {
        entry: { paramHeaders },
        envelope: {
          paramHeaders: new Map([
            ['mcp-param-market', 'FR'],
            ['mcp-param-other', 'kept'],
            ['mcp-param-two_words', 'FR'],
            ['mcp-param-two.words', 'FR'],
            ['authorization', 'Bearer stolen'],
            ['mcp-param-bad name', 'x'],
          ]),
        },
      },
    )
    const headers = target.received[0]?.headers ?? {}
    const base64 = (text: string): string => `=?base64?${Buffer.from(text).toString('base64')}?=`
    expect(headers).toMatchObject({
      'mcp-param-market': 'DE',
      'mcp-param-day': base64('\r\nx: y'),
      'mcp-param-note': base64('=?base64?eA==?='),
      'mcp-param-count': '100000',
      'mcp-param-dry': 'false',
      'mcp-param-deep': base64('ü'),
      'mcp-param-blank': '=?base64??=',
      'mcp-param-big': '9007199254740993',
      'mcp-param-other': 'kept',
    })
    expect(headers).not.toHaveProperty('mcp-param-gone')
    // H-02: what a server may take for a declared header is not forwarded either.
    expect(Object.keys(headers).filter((name) => /two.words/.test(name))).toEqual([])
    expect(headers).not.toHaveProperty('authorization')
    expect(headers).not.toHaveProperty('x')
  })

  it('applies the credential, and only it', async () => {
    const credential: Credential = {
      kind: 'secret',
      id: 'market/authorization',
      version: '1',
      connectionKey: undefined,
      header: 'authorization',
      value: 'Bearer target-secret',
    }
    await call('{}', { credential })
    await call('{}')
    expect(target.received.map((received) => received.headers.authorization)).toEqual([
      'Bearer target-secret',
      undefined,
    ])
  })

  it('keeps connections: ten calls in a row open at most two', async () => {
    for (let index = 0; index < 10; index += 1) await call()
    expect(target.connections).toBeLessThanOrEqual(2)
  })
})

describe('application/json answers', () => {
  it('M-28: the bytes of a result are relayed as they came', async () => {
    const body =
      '{ "result" : {"content":[],"structuredContent":{"n":[9007199254740993,1.0,-0]}}, "id":7,\n"jsonrpc":"2.0"}'
    target.script = json(body, 200, { 'x-request-id': 'abc' })
    const outcome = await call()
    expect(outcome).toMatchObject({
      kind: 'result',
      facts: { class: 'ok', status: 200, resultBytes: body.length, targetRequestId: 'abc' },
    })
    expect(outcome.kind === 'result' && outcome.body.toString()).toBe(body)
    expect(outcome.kind === 'result' && outcome.facts.result?.toString()).toBe(body)
  })

  it('a result with isError is relayed and recorded as tool_error', async () => {
    target.script = json('{"jsonrpc":"2.0","id":7,"result":{"isError":true,"content":[]}}')
    expect(await call()).toMatchObject({ kind: 'result', facts: { class: 'tool_error' } })
  })

  const broken: [string, string][] = [
    ['no JSON', '<html>'],
    ['duplicate members', '{"jsonrpc":"2.0","id":7,"result":{},"result":{}}'],
    ['a byte order mark', `\ufeff${OK}`],
    ['trailing data', `${OK}{}`],
    ['a number out of range', '{"jsonrpc":"2.0","id":7,"result":{"a":1e400}}'],
    ['another id', '{"jsonrpc":"2.0","id":8,"result":{}}'],
    ['an id of another type', '{"jsonrpc":"2.0","id":"7","result":{}}'],
    ['no id', '{"jsonrpc":"2.0","result":{}}'],
    ['no jsonrpc', '{"id":7,"result":{}}'],
    ['result and error', '{"jsonrpc":"2.0","id":7,"result":{},"error":{"code":1,"message":""}}'],
    ['neither result nor error', '{"jsonrpc":"2.0","id":7}'],
    ['an array', `[${OK}]`],
    ['a result that is no object', '{"jsonrpc":"2.0","id":7,"result":[]}'],
    ['an unknown resultType', '{"jsonrpc":"2.0","id":7,"result":{"resultType":"task"}}'],
    ['a null resultType', '{"jsonrpc":"2.0","id":7,"result":{"resultType":null}}'],
    ['a request', '{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{}}'],
    ['a notification', '{"jsonrpc":"2.0","method":"notifications/progress","params":{}}'],
    ['an error without a code', '{"jsonrpc":"2.0","id":7,"error":{"message":"x"}}'],
  ]
  it.each(broken)('protocol §9: %s is call.target_invalid', async (_what, body) => {
    target.script = json(body)
    expect(refusal(await call())).toEqual(['call.target_invalid', 'unclear'])
  })

  it('an id is the same number however it is written, and exact beyond 2^53', async () => {
    target.script = json('{"jsonrpc":"2.0","id":7.0,"result":{}}')
    expect((await call()).kind).toBe('result')
    const { rawNumber } = await import('../../src/json/raw-number.ts')
    target.script = json('{"jsonrpc":"2.0","id":9007199254740993,"result":{}}')
    const id = rawNumber('9007199254740993')
    expect((await call('{}', { envelope: { id } })).kind).toBe('result')
    target.script = json('{"jsonrpc":"2.0","id":9007199254740992,"result":{}}')
    expect(refusal(await call('{}', { envelope: { id } }))[0]).toBe('call.target_invalid')
  })

  it('basic/patterns/mrtr: what the target asks for is an outcome of its own, in known shapes', async () => {
    const asks = (members: string) =>
      json(`{"jsonrpc":"2.0","id":7,"result":{"resultType":"input_required"${members}}}`)
    const ask = '{"a":{"method":"elicitation/create","params":{"message":"sure?"}}}'
    target.script = asks(`,"inputRequests":${ask},"requestState":"s"`)
    expect(await call()).toMatchObject({
      kind: 'input',
      requests: JSON.parse(ask) as unknown,
      state: 's',
      facts: { class: 'input_required' },
    })
    for (const broken of [
      ',"inputRequests":[]',
      ',"inputRequests":{"a":{"method":"tools/call"}}',
      ',"requestState":7',
    ]) {
      target.script = asks(broken)
      expect(refusal(await call())).toEqual(['call.target_invalid', 'unclear'])
    }
  })

  it('an error that asked for input in the old era has a name of its own', async () => {
    target.script = json('{"jsonrpc":"2.0","id":7,"error":{"code":-32042,"message":"open this"}}')
    expect(refusal(await call())).toEqual(['call.input_required', 'input_required'])
  })
})

describe('errors of the target', () => {
  const error = (code: number): string =>
    `{"jsonrpc":"2.0","id":7,"error":{"code":${code},"message":"no\\u0000t now","data":{"n":1.0},"extra":1}}`

  it.each([200, 400, 404, 500])(
    'protocol §9: a JSON-RPC error on status %d is relayed',
    async (status) => {
      target.script = json(error(-32602), status)
      const outcome = await call()
      expect(outcome.kind === 'result' && outcome.body.toString()).toBe(
        '{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"no t now","data":{"n":1.0}}}',
      )
      expect(outcome).toMatchObject({ facts: { class: 'refused_by_target', status } })
    },
  )

  it('protocol §4: -32020 and -32022 stay in band, the gateway’s own faults, with a warning', async () => {
    const warnings: Warning[] = []
    await connector.close()
    connector = connectTo(target.url, { warnings })
    for (const code of [-32020, -32022]) {
      target.script = json(error(code), 400)
      const outcome = await call()
      expect(outcome.kind === 'result' && outcome.body.toString()).toContain(`"code":${code},`)
    }
    expect(warnings.map(({ fields }) => fields['code'])).toEqual([-32020, -32022])
  })

  it.each([200, 400])('basic/index: -32021 on status %d is a refusal', async (status) => {
    const requiredCapabilities = { sampling: {} }
    const error = { code: -32021, message: 'no', data: { requiredCapabilities } }
    target.script = json(JSON.stringify({ jsonrpc: '2.0', id: 7, error }), status)
    const outcome = await call()
    expect(refusal(outcome)).toEqual(['call.client_cannot_answer', 'refused_by_target'])
    expect(outcome).toMatchObject({ refusal: { rpcData: { requiredCapabilities } } })
  })

  it('protocol §1: -32002 never reaches a modern client', async () => {
    target.script = json(error(-32002))
    const outcome = await call()
    expect(outcome.kind === 'result' && outcome.body.toString()).toContain('"code":-32602,')
  })

  it('JSON-RPC §5: an error without an id is an answer, with the id of the request', async () => {
    target.script = json('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}', 400)
    const outcome = await call()
    expect(outcome.kind === 'result' && outcome.body.toString()).toContain('"id":7,')
  })

  it.each([
    [401, 'call.target_rejected_credential', 'refused_by_target'],
    [403, 'call.target_rejected_credential', 'refused_by_target'],
    [404, 'call.target_refused', 'refused_by_target'],
    [429, 'call.target_refused', 'refused_by_target'],
    [500, 'call.target_refused', 'unclear'],
    [502, 'call.target_unavailable', 'unclear'],
    [503, 'call.target_unavailable', 'unclear'],
    [202, 'call.target_invalid', 'unclear'],
  ])('protocol §9: status %d without JSON-RPC is %s, %s', async (status, code, outcome) => {
    target.script = (_req, res) =>
      res
        .writeHead(status, { 'content-type': 'text/html', 'www-authenticate': 'Bearer realm="x"' })
        .end('<html>')
    expect(refusal(await call())).toEqual([code, outcome])
    target.script = json('{"error":"x"}', status)
    expect(refusal(await call())).toEqual([code, outcome])
  })

  it('C-15: an HTML page with 200 is not data', async () => {
    target.script = (_req, res) => res.writeHead(200, { 'content-type': 'text/html' }).end(OK)
    expect(refusal(await call())).toEqual(['call.target_invalid', 'unclear'])
  })

  it('C-16: a redirect is not followed', async () => {
    const other = await startTarget(json(OK))
    target.script = (_req, res) => res.writeHead(307, { location: other.url }).end()
    expect(refusal(await call())).toEqual(['call.target_invalid', 'unclear'])
    expect(other.connections).toBe(0)
    await other.close()
  })

  it('D-03: a compressed answer is refused unread', async () => {
    target.script = (_req, res) =>
      res
        .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
        .end(gzipSync(OK))
    expect(refusal(await call())).toEqual(['call.target_invalid', 'unclear'])
    target.script = json(OK, 200, { 'content-encoding': 'br' })
    expect(refusal(await call())).toEqual(['call.target_invalid', 'unclear'])
    target.script = json(OK, 200, { 'content-encoding': 'identity' })
    expect((await call()).kind).toBe('result')
  })

  it('M-22: an answer over the cap is cut, announced or not', async () => {
    await connector.close()
    connector = connectTo(target.url, { resultBytes: 2_000 })
    const big = `{"jsonrpc":"2.0","id":7,"result":{"a":"${'x'.repeat(2_000)}"}}`
    target.script = json(big)
    expect(refusal(await call())).toEqual(['call.result_too_large', 'unclear'])
    target.script = (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' })
      const timer = setInterval(() => res.write('          '.repeat(30)), 1)
      res.on('close', () => clearInterval(timer))
    }
    expect(refusal(await call())).toEqual(['call.result_too_large', 'unclear'])
    await expect.poll(() => target.closedEarly).toBeGreaterThan(0)
  })
})
