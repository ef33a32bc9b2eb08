// The bytes of a call that the gateway would answer, in pieces that an attack can rearrange.
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import type { TestGateway } from './gateway.ts'

export type GoodCall = {
  /** Lines of the header section without framing; Host is the first. */
  readonly lines: readonly string[]
  readonly body: string
  /** The whole request; what is given replaces its own piece. */
  readonly text: (change?: {
    readonly line?: string
    /** Header lines in place of the good ones. */
    readonly lines?: readonly string[]
    /** More header lines; without framing among them, Content-Length of the body is added. */
    readonly more?: readonly string[]
    readonly body?: string
  }) => string
}

/** A call of `echo` at `/mcp/records` by Alice. */
export function goodCall(world: TestGateway, args: object = {}, id: number | string = 1): GoodCall {
  const { headers, body: own } = modernRequest({
    method: 'tools/call',
    params: { name: 'echo', arguments: args },
    token: world.token(),
    id,
  })
  const good = [
    `Host: 127.0.0.1:${world.port}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return {
    lines: good,
    body: own,
    text({ line = 'POST /mcp/records HTTP/1.1', lines = good, more = [], body = own } = {}) {
      const framed = more.some((header) => /^(content-length|transfer-encoding)/i.test(header))
      const framing = framed ? [] : [`Content-Length: ${Buffer.byteLength(body, 'latin1')}`]
      return [line, ...lines, ...more, ...framing, '', body].join('\r\n')
    },
  }
}

/** The text as one chunk and the last one. */
export function chunked(text: string, extension = ''): string {
  return `${text.length.toString(16)}${extension}\r\n${text}\r\n0\r\n\r\n`
}
