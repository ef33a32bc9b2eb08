// The body into one buffer, and not one byte more than the limit (D-02): memory stays flat whatever is sent.
import type { IncomingMessage } from 'node:http'

/** `too_large`: reading has stopped. `gone`: the sender left before the end. */
export function collectBody(
  req: IncomingMessage,
  contentLength: string | undefined,
  limitBytes: number,
): Promise<Buffer | 'too_large' | 'gone'> {
  if (contentLength !== undefined && Number(contentLength) > limitBytes) {
    return Promise.resolve('too_large')
  }
  return new Promise((resolve) => {
    let first: Buffer | undefined
    let more: Buffer[] | undefined
    let length = 0
    const finish = (result: Buffer | 'too_large' | 'gone'): void => {
      req.off('data', onData)
      req.off('end', onEnd)
      req.off('close', onGone)
      resolve(result)
    }
    const onData = (chunk: Buffer): void => {
      length += chunk.length
      if (length > limitBytes) {
        req.pause()
        finish('too_large')
      } else if (first === undefined) first = chunk
      else if (more === undefined) more = [first, chunk]
      else more.push(chunk)
    }
    const onEnd = (): void => {
      finish(more === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(more, length))
    }
    const onGone = (): void => finish('gone')
    req.on('data', onData)
    req.on('end', onEnd)
    // `error` comes with `close` after it, and without a listener it would bring the process down.
    req.on('error', ignore)
    req.on('close', onGone)
    if (req.destroyed) onGone()
  })
}

function ignore(): void {
  // `close` follows and tells.
}
