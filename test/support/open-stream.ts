// A stream of server-sent events that stays open: messages as they come, and whether it has ended.
import { request } from 'node:http'

export type OpenStream = {
  readonly status: number
  /** JSON-RPC messages so far. */
  readonly messages: readonly Record<string, unknown>[]
  readonly ended: () => boolean
  readonly close: () => void
}

export function openStream(
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST'
    const asking = request(url, { method, headers, agent: false }, (response) => {
      const messages: Record<string, unknown>[] = []
      let text = ''
      let ended = false
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        const events = text.split('\n\n')
        text = events.pop() ?? ''
        for (const event of events) {
          const data = /^data: (.*)$/m.exec(event)?.[1]
          if (data !== undefined) messages.push(JSON.parse(data) as Record<string, unknown>)
        }
      })
      response.on('error', () => undefined)
      response.on('close', () => (ended = true))
      resolve({
        status: response.statusCode ?? 0,
        messages,
        ended: () => ended,
        close: () => asking.destroy(),
      })
    })
    asking.on('error', reject)
    asking.end(body)
  })
}
