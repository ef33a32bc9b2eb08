// Between node:http and the web-standard face of the SDK's handler: request in, response out piece by piece,
// and an abort when the client goes away (in the modern era that is a cancellation).
import type { IncomingMessage, ServerResponse } from 'node:http'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'

export type WebHandler = (request: Request) => Promise<Response>

export async function bridge(
  handler: WebHandler,
  request: IncomingMessage,
  response: ServerResponse,
  origin: string,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const answer = await handler(webRequest(request, origin, gone.signal))
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  // Headers leave at once: some clients wait for them before anything else.
  response.flushHeaders()
  if (answer.body === null) {
    response.end()
    return
  }
  for await (const chunk of answer.body) {
    if (gone.signal.aborted) break
    if (!response.write(chunk))
      await Promise.race([once(response, 'drain'), once(response, 'close')])
  }
  response.end()
}

function webRequest(request: IncomingMessage, origin: string, signal: AbortSignal): Request {
  const headers = new Headers()
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  const { method = 'GET' } = request
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const body = hasBody ? (Readable.toWeb(request) as ReadableStream<Uint8Array>) : null
  const url = new URL(request.url ?? '/', origin)
  return new Request(url, { method, headers, signal, body, duplex: 'half' })
}
