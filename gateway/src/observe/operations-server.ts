// The listener for operations: /healthz, /readyz, /metrics and nothing else, GET alone, read-only. It is not the
// listener of the clients (P-04) and by default not on the network.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { listenAt } from '../system/listen.ts'
import type { Health } from './health.ts'
import { METRICS_MEDIA_TYPE } from './metrics.ts'
import type { Metrics } from './metrics.ts'

export type OperationsServer = {
  readonly host: string
  /** The port in use, also where a free one was asked for. */
  readonly port: number
  readonly close: () => Promise<void>
}

export type OperationsParts = {
  readonly host: string
  readonly port: number
  readonly health: Health
  readonly metrics: Metrics
  /** Beside a former process that still listens there. */
  readonly takeOver?: boolean
}

type Page = { readonly status: number; readonly mediaType: string; readonly body: string }

/** Rejects where the address cannot be had. */
export async function listenOperations(parts: OperationsParts): Promise<OperationsServer> {
  const server = createServer(
    { maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 5000, keepAliveTimeout: 5000 },
    (request, response) => answer(parts, request, response),
  )
  server.maxConnections = 64
  const port = await listenAt(server, parts, parts.takeOver)
  return {
    host: parts.host,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(parts: OperationsParts, request: IncomingMessage, response: ServerResponse): void {
  const page = pageFor(parts, request.url ?? '')
  if (page !== undefined && request.method !== 'GET') {
    send(response, { status: 405, mediaType: 'text/plain', body: 'send GET\n' }, { allow: 'GET' })
  } else {
    send(response, page ?? { status: 404, mediaType: 'text/plain', body: 'nothing here\n' })
  }
}

function pageFor({ health, metrics }: OperationsParts, path: string): Page | undefined {
  switch (path) {
    case '/healthz':
      return { status: 200, mediaType: 'text/plain', body: 'alive\n' }
    case '/readyz': {
      const ready = health.ready()
      const body = `${JSON.stringify({ ready, checks: health.reports() })}\n`
      return { status: ready ? 200 : 503, mediaType: 'application/json', body }
    }
    case '/metrics':
      return { status: 200, mediaType: METRICS_MEDIA_TYPE, body: metrics.render() }
    default:
      return undefined
  }
}

function send(
  response: ServerResponse,
  page: Page,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(page.status, {
    'content-type': page.mediaType,
    'content-length': Buffer.byteLength(page.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(page.body)
}
