// A collector of traces for tests: OTLP/HTTP JSON, every span written down, and refusals as told.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type CollectedSpan = {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly traceState?: string
  readonly flags: number
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status: { readonly code?: number }
  readonly attributes: readonly {
    readonly key: string
    readonly value: { readonly stringValue?: string; readonly intValue?: string }
  }[]
}

type Posted = {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: CollectedSpan['attributes'] }
    readonly scopeSpans: readonly { readonly spans: readonly CollectedSpan[] }[]
  }[]
}

export type Collector = {
  readonly url: string
  readonly spans: () => readonly CollectedSpan[]
  /** Attributes of the resource of each post. */
  readonly resources: () => readonly Readonly<Record<string, string>>[]
  readonly headers: () => readonly NodeJS.Dict<string | string[]>[]
  readonly answerWith: (status: number) => void
  readonly stop: () => Promise<void>
}

export async function startCollector(): Promise<Collector> {
  const posts: Posted[] = []
  const headers: NodeJS.Dict<string | string[]>[] = []
  let status = 200
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      headers.push(request.headers)
      if (status === 200) posts.push(JSON.parse(Buffer.concat(chunks).toString()) as Posted)
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const all = () => posts.flatMap(({ resourceSpans }) => resourceSpans)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    spans: () => all().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    resources: () => all().map(({ resource }) => attributesOf(resource)),
    headers: () => headers,
    answerWith: (next) => {
      status = next
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

export function attributesOf({
  attributes,
}: Pick<CollectedSpan, 'attributes'>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? '']),
  )
}
