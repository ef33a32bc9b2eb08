// Requests of HTTP/2 that mean something else once they are written down as HTTP/1.1: lengths and transfer codings that
// HTTP/2 does not go by, and line ends in names and values (RFC 9113 §8.1.1, §8.2.1, §8.2.2). Each hides a whole call.
import type { TestGateway } from './gateway.ts'
import { goodCall } from './good-call.ts'
import { frame } from './http2.ts'
import { SMUGGLED, type Smuggling } from './smuggling.ts'

type Field = readonly [name: string, value: string]

/** Every one must be refused, but for the control. */
export function smuggledByHttp2(world: TestGateway): readonly Smuggling[] {
  const inner = goodCall(world, { canary: SMUGGLED }, SMUGGLED).text()
  const outer = goodCall(world, { canary: 'canary-attack' }, 'attack')
  const [, ...lines] = outer.lines
  const good = lines.map((line): Field => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  const pseudo = (changes: Readonly<Record<string, string>> = {}): readonly Field[] =>
    Object.entries({
      ':method': 'POST',
      ':scheme': 'https',
      ':authority': `127.0.0.1:${world.port}`,
      ':path': '/mcp/records',
      ...changes,
    })
  const length = String(outer.body.length)
  const hidden = `0\r\n\r\n${inner}`
  const attack = (
    name: string,
    more: readonly Field[],
    body = hidden,
    start: readonly Field[] = pseudo(),
  ): Smuggling => ({ name, bytes: request([...start, ...good, ...more], body) })

  return [
    attack('control: a good call', [['content-length', length]], outer.body),
    attack('H2.CL, a length that is too short', [['content-length', length]], outer.body + inner),
    attack('H2.CL, length 0', [['content-length', '0']], inner),
    attack('H2.CL, a length that is too long', [['content-length', '99999']], outer.body),
    attack(
      'H2.CL, two lengths',
      [
        ['content-length', '0'],
        ['content-length', String(inner.length)],
      ],
      inner,
    ),
    attack('H2.TE', [['transfer-encoding', 'chunked']]),
    attack('H2.TE, in a line end of a value', [['x-a', 'b\r\ntransfer-encoding: chunked']]),
    attack('H2.TE, behind LF alone', [['x-a', 'b\ntransfer-encoding: chunked']]),
    attack('H2.TE, in a line end of a name', [['x-a: b\r\ntransfer-encoding', 'chunked']]),
    attack('H2.TE, with a colon in the name', [['transfer-encoding:chunked\r\nx', 'b']]),
    attack('H2.TE, in upper case', [['Transfer-Encoding', 'chunked']]),
    attack('a NUL in a value', [['x-a', 'b\0c']], outer.body),
    attack('a whole request in a value', [['x-a', `b\r\n\r\n${inner}`]], outer.body),
    attack(
      'a whole request in the path',
      [],
      outer.body,
      pseudo({
        ':path': `/mcp/records HTTP/1.1\r\nHost: x\r\n\r\n${inner}`,
      }),
    ),
    attack('a whole request in the method', [], outer.body, pseudo({ ':method': `${inner}POST` })),
    attack(
      'a whole request in the authority',
      [],
      outer.body,
      pseudo({
        ':authority': `127.0.0.1:${world.port}\r\n\r\n${inner}`,
      }),
    ),
    attack('a header of the connection', [['connection', 'transfer-encoding']], outer.body),
    attack('another Host beside the authority', [['host', 'evil.example']], outer.body),
  ]
}

/** HEADERS and DATA on stream 1, each header a literal without indexing (RFC 7541 §6.2.2). */
function request(fields: readonly Field[], body: string): Buffer {
  const block = Buffer.concat(
    fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]),
  )
  return Buffer.concat([frame(1, 4, 1, block), frame(0, 1, 1, Buffer.from(body, 'latin1'))])
}

/** RFC 7541 §5.2, without Huffman coding. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  return Buffer.concat([integer(bytes.length), bytes])
}

/** RFC 7541 §5.1, with a prefix of seven bits. */
function integer(value: number): Buffer {
  if (value < 127) return Buffer.from([value])
  const bytes = [127]
  let rest = value - 127
  for (; rest >= 128; rest >>= 7) bytes.push((rest & 127) | 128)
  return Buffer.from([...bytes, rest])
}
