// Requests that two servers in a row may cut in different places (RFC 9112 §6, §11.2). Each hides a whole call in
// what one of the two readings takes for a body; whoever executes that call, or answers it, has been smuggled to.
import type { TestGateway } from './gateway.ts'
import { chunked, goodCall } from './good-call.ts'

export const SMUGGLED = 'canary-smuggled'
export const VICTIM = 'canary-victim'

export type Smuggling = {
  readonly name: string
  /** The attack alone. */
  readonly bytes: Buffer
}

/** A call of somebody else who shares the connection; it ends it. */
export function victimCall(world: TestGateway): Buffer {
  const call = goodCall(world, { canary: VICTIM }, VICTIM)
  return Buffer.from(call.text({ more: ['Connection: close'] }), 'latin1')
}

/** Every one must be refused. */
export function smugglingCorpus(world: TestGateway): readonly Smuggling[] {
  const inner = goodCall(world, { canary: SMUGGLED }, SMUGGLED).text()
  const outer = goodCall(world, { canary: 'canary-attack' }, 'attack')
  const hidden = `0\r\n\r\n${inner}`
  const length = `Content-Length: ${hidden.length}`
  const te = (value: string) => `Transfer-Encoding: ${value}`
  const CHUNKED = te('chunked')
  const size = outer.body.length.toString(16)
  const withLength = `Content-Length: ${outer.body.length}`
  const request = (name: string, change: Parameters<typeof outer.text>[0]): Smuggling => ({
    name,
    bytes: Buffer.from(outer.text(change), 'latin1'),
  })
  const framed = (name: string, ...more: string[]) => request(name, { more, body: hidden })
  const inChunks = (name: string, body: string) => request(name, { more: [CHUNKED], body })
  const replaced = (name: string, from: string, to: string): Smuggling => ({
    name,
    bytes: Buffer.from(outer.text().replace(from, to), 'latin1'),
  })

  return [
    framed('CL.TE', length, CHUNKED),
    framed('CL.TE, the coding first', CHUNKED, length),
    request('TE.CL', { more: [CHUNKED, 'Content-Length: 4'], body: chunked(inner) }),
    framed('CL.TE with an unknown coding', length, te('xchunked')),
    ...[
      'xchunked',
      'identity',
      'gzip, chunked',
      'chunked, identity',
      'chunked, chunked',
      'identity, chunked',
      'chunk',
      '"chunked"',
      'chunked;q=1',
      'chunked,',
      ',chunked',
      '\x0bchunked',
      'chunked\x0b',
      'chunked\x00',
    ].map((value) => framed(`TE ${JSON.stringify(value)}`, te(value))),
    framed('TE.TE', CHUNKED, CHUNKED),
    framed('TE.TE, an unknown one first', te('x'), CHUNKED),
    framed('TE.TE, an unknown one last', CHUNKED, te('x')),
    framed('TE folded', 'Transfer-Encoding:\r\n chunked', length),
    framed('TE behind a bare LF', `X-A: b\n${CHUNKED}`, length),
    framed('TE behind a bare CR', `X-A: b\r${CHUNKED}`, length),
    framed('TE with a space before the colon', 'Transfer-Encoding : chunked', length),
    framed('TE with a tab before its name', `X-A: b\r\n\t${CHUNKED}`, length),
    request('TE in HTTP/1.0', {
      line: 'POST /mcp/records HTTP/1.0',
      more: ['Connection: keep-alive', CHUNKED],
      body: hidden,
    }),
    framed('two lengths', 'Content-Length: 0', length),
    framed('two equal lengths', length, length),
    framed('a list of lengths', `${length}, ${hidden.length}`),
    ...['+5', '-1', '0x5', '5 5', '5e0', '', '5,', '99999999999999999999', '5\x0b'].map((value) =>
      framed(`length ${JSON.stringify(value)}`, `Content-Length: ${value}`),
    ),
    framed('a length with a space before the colon', `Content-Length : ${hidden.length}`),
    framed('a length behind a bare LF', `X-A: b\n${length}`, 'Content-Length: 0'),
    request('obs-fold', { more: ['X-A: b\r\n c', withLength] }),
    request('obs-fold by a tab', { more: ['X-A: b\r\n\tc', withLength] }),
    request('a header line without colon', { more: ['X-A', withLength] }),
    request('a header without name', { more: [': b', withLength] }),
    request('a NUL in a value', { more: ['X-A: b\0c', withLength] }),
    request('a header section that ends with LF', {
      more: [withLength],
      body: `\nX: ${outer.body}`,
      line: 'POST /mcp/records HTTP/1.1\n',
    }),
    inChunks('a chunk extension with LF', chunked(outer.body, ';a\nb')),
    inChunks('a chunk extension that ends with LF', `${size};a\n${outer.body}\r\n${hidden}`),
    inChunks('a chunk extension with CR', chunked(outer.body, ';a\rb')),
    inChunks('a quoted chunk extension with CRLF', chunked(outer.body, ';a="b\r\nc"')),
    inChunks('a chunk size that ends with LF', `${size}\n${outer.body}\r\n${hidden}`),
    inChunks('a chunk size in C notation', `0x${chunked(outer.body)}`),
    inChunks('a chunk size with a sign', `+${chunked(outer.body)}`),
    inChunks('a chunk size with a space', chunked(outer.body, ' ')),
    inChunks('a chunk size beyond 64 bit', `f0000000000000000${chunked(outer.body)}`),
    inChunks('a chunk longer than its size', `${size}\r\n${outer.body}XX\r\n${hidden}`),
    inChunks('chunk data that ends with LF', `${size}\r\n${outer.body}\n${hidden}`),
    replaced('Host twice', 'Host:', 'Host: evil.example\r\nHost:'),
    replaced('Authorization twice', 'authorization:', 'authorization: Bearer x\r\nauthorization:'),
    replaced('no Host', 'Host:', 'X-Host:'),
    replaced('absolute form', '/mcp/records', 'http://evil.example/mcp/records'),
    replaced('a version that is none', 'HTTP/1.1', 'HTTP/1.2'),
    replaced('no version', ' HTTP/1.1', ''),
    replaced('HTTP/2 preface', 'POST /mcp/records HTTP/1.1', 'PRI * HTTP/2.0'),
    replaced('a method in lower case', 'POST', 'post'),
  ]
}
