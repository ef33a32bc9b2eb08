// One JSON document as a complete answer. Every shape but the stream ends here.
import { isAscii } from 'node:buffer'
import type { ServerResponse } from 'node:http'

/** Headers are the flat list of names and values; the body is written whole, with its length. */
export function writeJson(
  res: ServerResponse,
  status: number,
  headers: string[],
  body: string | Buffer,
): void {
  if (res.headersSent || res.destroyed) {
    // Nothing can be said any more: the connection is the message.
    res.destroy()
    return
  }
  headers.push('content-type', 'application/json')
  headers.push('content-length', String(Buffer.byteLength(body)))
  if (mustClose(res)) headers.push('connection', 'close')
  res.writeHead(status, headers)
  // A short text leaves with the head in one piece; a buffer would be a second one.
  if (typeof body !== 'string' && body.length <= ONE_PIECE && isAscii(body)) {
    res.end(body.toString('latin1'), 'latin1')
  } else res.end(body)
}

const ONE_PIECE = 16_384

/** Up to this, the unread rest of a request is read and dropped so that the connection can be kept. */
const WORTH_DRAINING = 65_536

/** A body that nobody will read: closing costs less than draining what may have no end (D-02). */
function mustClose(res: ServerResponse): boolean {
  const { req } = res
  if (req.complete) return false
  const length = req.headers['content-length']
  return length === undefined
    ? req.headers['transfer-encoding'] !== undefined
    : Number(length) > WORTH_DRAINING
}
