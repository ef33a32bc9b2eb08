// A ClientHello by hand, for names of servers that no TLS library would send (attack H-10).
import { randomBytes } from 'node:crypto'

const u16 = (value: number) => Buffer.from([value >> 8, value & 255])
const block = (bytes: Buffer) => Buffer.concat([u16(bytes.length), bytes])

/** A ClientHello of TLS 1.2 (RFC 5246 §7.4.1.2) whose server_name (RFC 6066 §3) is any bytes at all. */
export function clientHello(name: Buffer, nameType = 0): Buffer {
  const serverName = Buffer.concat([
    u16(0),
    block(block(Buffer.concat([Buffer.from([nameType]), block(name)]))),
  ])
  const groups = Buffer.concat([u16(10), block(block(Buffer.from([0, 0x1d, 0, 0x17])))])
  const signatures = Buffer.concat([u16(13), block(block(Buffer.from([4, 3, 8, 4, 4, 1])))])
  const hello = Buffer.concat([
    Buffer.from([3, 3]),
    randomBytes(32),
    Buffer.from([0]),
    block(Buffer.from([0xc0, 0x2b, 0xc0, 0x2f])),
    Buffer.from([1, 0]),
    block(Buffer.concat([serverName, groups, signatures])),
  ])
  const handshake = Buffer.concat([Buffer.from([1, 0]), block(hello)])
  return Buffer.concat([Buffer.from([0x16, 3, 1]), block(handshake)])
}
