// The redirect URI of a native client (RFC 8252 §7.3): a listener on 127.0.0.1 for one sign-in. It takes
// GET on one path with its own Host; an answer that is not to our request is refused and the wait goes on.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const CALLBACK_PATH = '/callback'

/** Judges one callback: `undefined` means "not ours", wait on; a rejection ends the wait with that failure. */
type JudgeCallback<T> = (callback: URL) => T | undefined

export type Loopback = {
  readonly redirectUri: string
  /** Settles with the first callback that the judge takes, or rejects when the signal aborts. */
  readonly wait: <T>(judge: JudgeCallback<T>, signal: AbortSignal) => Promise<T>
  readonly close: () => void
}

/** `port` 0 is a random one. */
export async function listenOnLoopback(port: number): Promise<Loopback> {
  const server = createServer((_request, response) => {
    page(response, 404, 'Nothing here.')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${bound}`
  return {
    redirectUri: `${origin}${CALLBACK_PATH}`,
    wait: (judge, signal) =>
      new Promise((resolve, reject) => {
        const abort = () => {
          reject(signal.reason)
        }
        if (signal.aborted) abort()
        signal.addEventListener('abort', abort, { once: true })
        server.removeAllListeners('request')
        server.on('request', (request: IncomingMessage, response: ServerResponse) => {
          const callback = callbackOf(request, origin)
          if (callback === undefined) {
            page(response, 404, 'Nothing here.')
            return
          }
          try {
            const judged = judge(callback)
            if (judged === undefined) {
              page(response, 400, 'This answer does not belong to the sign-in that is waiting.')
              return
            }
            page(response, 200, 'Signed in. You can close this page and go back to the terminal.')
            resolve(judged)
          } catch (failure) {
            page(response, 400, 'The sign-in failed. The terminal says why.')
            reject(failure)
          }
        })
      }),
    close: () => {
      server.close()
      server.closeIdleConnections()
    },
  }
}

/** A request by another name (DNS rebinding) or on another path is no callback. */
function callbackOf(request: IncomingMessage, origin: string): URL | undefined {
  if (request.method !== 'GET' || `http://${request.headers.host}` !== origin) return undefined
  const target = request.url ?? ''
  if (!target.startsWith(`${CALLBACK_PATH}?`)) return undefined
  return new URL(target, origin)
}

function page(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  })
  response.end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sallyport</title><p>${sentence}</p></html>\n`,
  )
}
