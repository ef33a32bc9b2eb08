// A sink of records on loopback, as somebody else runs one: it keeps whatever is posted to it.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export type TestSink = {
  readonly url: string
  /** Bodies so far, one after the other. */
  readonly received: () => string
  readonly headers: () => readonly IncomingHttpHeaders[]
  readonly stop: () => Promise<void>
}

export async function startSink(): Promise<TestSink> {
  const bodies: string[] = []
  const headers: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body)
      headers.push(request.headers)
      response.end()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/records`,
    received: () => bodies.join(''),
    headers: () => headers,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
