// The baseline: node:http in front of undici's dispatch, which checks nothing. Pool as large as the load. Answers are
// sent whole, but for those that are streams.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'

const pool = new Pool(process.env['BENCH_UPSTREAM'] ?? '', { connections: 64, pipelining: 1 })
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const received: Buffer[] = []
    let streams = false
    pool.dispatch(
      {
        path: request.url ?? '/',
        method: 'POST',
        headers: request.rawHeaders.filter(
          (_, at, all) => !/^(host|connection)$/i.test(all[at - (at % 2)] ?? ''),
        ),
        body: Buffer.concat(chunks),
      },
      {
        onRequestStart: () => undefined,
        onResponseStart(_controller, status, headers) {
          streams = headers['content-type'] === 'text/event-stream'
          response.writeHead(status, headers as Record<string, string>)
        },
        onResponseData: (_controller, chunk) =>
          void (streams ? response.write(chunk) : received.push(chunk)),
        onResponseEnd: () => void response.end(Buffer.concat(received)),
        onResponseError: () => void response.destroy(),
      },
    )
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
)
process.on('disconnect', () => process.exit(0))
