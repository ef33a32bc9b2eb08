// Answers in one piece that a gateway must not pass on as they are (attacks M-21, M-22, M-28, D-03, O-23).
import { createGzip } from 'node:zlib'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { exactNumber } from './exact-json.ts'
import {
  resultOf,
  sendJson,
  sendText,
  textResult,
  type AnswerFunction,
  type Answering,
} from './exchange-answer.ts'

const LOGIN_PAGE =
  '<!doctype html><title>Sign in</title><form action="/login"><input name="password"></form>'
const CHALLENGE = 'Bearer realm="target", resource_metadata="http://target.acme.example/prm"'

export const DISHONEST_ANSWERS = {
  'rpc-error': ({ response, id }) => {
    const error = { code: -32603, message: 'the database said no', data: { table: 'records' } }
    sendJson(response, 200, { jsonrpc: '2.0', id, error })
  },
  'tool-error': ({ response, id }) => {
    sendJson(response, 200, resultOf(id, { ...textResult('record is locked'), isError: true }))
  },
  'server-error': ({ response }) => sendText(response, 500, 'text/plain', 'stack trace: line 1'),
  unauthorized: ({ response }) => {
    const headers = { 'www-authenticate': CHALLENGE, 'set-cookie': 'target=1; Path=/' }
    sendText(response, 401, 'application/json', '{"error":"invalid_token"}', headers)
  },
  redirect: ({ response, behaviour }) => {
    response.writeHead(307, { location: behaviour.redirectTo, 'content-length': 0 }).end()
  },
  'html-login': ({ response }) => sendText(response, 200, 'text/html', LOGIN_PAGE),
  'wrong-content-type': ({ response, id }) => {
    sendText(response, 200, 'text/plain', JSON.stringify(resultOf(id, textResult('plain'))))
  },
  'extra-headers': ({ response, id }) => {
    const body = JSON.stringify(resultOf(id, textResult('with headers')))
    sendText(response, 200, 'application/json', body, {
      'set-cookie': ['target=1; Path=/', 'other=2'],
      'access-control-allow-origin': '*',
      'mcp-session-id': 'forged-session',
      'www-authenticate': CHALLENGE,
      'x-sallyport-request-id': 'forged',
      server: 'target/1.0',
    })
  },
  'invalid-json': ({ response }) => {
    sendText(response, 200, 'application/json', '{"jsonrpc":"2.0","id":1,"result":{')
  },
  'not-json-rpc': ({ response }) => sendJson(response, 200, { hello: 'world' }),
  'wrong-id': ({ response }) => {
    sendJson(response, 200, resultOf('somebody-elses', textResult('for somebody else')))
  },
  'duplicate-members': ({ response, id }) => {
    const good = JSON.stringify(textResult('first'))
    const bad = JSON.stringify(textResult('second'))
    const text = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${good},"result":${bad}}`
    sendText(response, 200, 'application/json', text)
  },
  'huge-numbers': ({ response, id }) => {
    const numbers = [
      '9007199254740993',
      '12345678901234567.89',
      '-0',
      '1E5',
      '1.10',
      '9'.repeat(64),
    ]
    const structuredContent = { numbers: numbers.map(exactNumber) }
    sendJson(response, 200, resultOf(id, { ...textResult('numbers'), structuredContent }))
  },
  verbatim: ({ response, id, behaviour }) => {
    const text = behaviour.text.replaceAll('{id}', () => JSON.stringify(id))
    sendText(response, 200, behaviour.mediaType, text)
  },
  'input-required': ({ response, id }) => {
    const inputRequests = {
      ask: {
        method: 'elicitation/create',
        params: { mode: 'form', message: 'password?', requestedSchema: { type: 'object' } },
      },
    }
    const result = { resultType: 'input_required', inputRequests, requestState: 'opaque' }
    sendJson(response, 200, { jsonrpc: '2.0', id, result })
  },
  'unknown-result-type': ({ response, id }) => {
    const result = { ...textResult('what?'), resultType: 'something-new' }
    sendJson(response, 200, { jsonrpc: '2.0', id, result })
  },
  oversize: async ({ response, id, behaviour }) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    await send(hugeResult(id, behaviour.bytes), response)
  },
  'gzip-bomb': async ({ response, id, behaviour }) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    const source = Readable.from(hugeResult(id, behaviour.bytes))
    await pipeline(source, createGzip({ level: 1 }), response).catch(clientLeft)
  },
  'cut-off': ({ response, id }) => {
    const body = JSON.stringify(resultOf(id, textResult('this will not arrive')))
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
    response.write(body.slice(0, body.length / 2), () => response.socket?.resetAndDestroy())
  },
} as const satisfies Readonly<Record<string, AnswerFunction>>

const PIECE = Buffer.alloc(64 * 1024, 'x')

// One result whose text is `bytes` long, piece by piece: the target does not hold it in memory.
function* hugeResult(id: Answering['id'], bytes: number): Generator<Buffer> {
  const [head = '', tail = ''] = JSON.stringify(resultOf(id, textResult('\u0001'))).split('\\u0001')
  yield Buffer.from(head)
  for (let sent = 0; sent < bytes; sent += PIECE.length) yield PIECE
  yield Buffer.from(tail)
}

async function send(pieces: Iterable<Buffer>, response: Answering['response']) {
  await pipeline(Readable.from(pieces), response).catch(clientLeft)
}

// Ending the connection is the right answer to such a body.
function clientLeft() {}
