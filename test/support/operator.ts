// What an operator orders at the gateway's socket: POST with JSON, the answer as JSON.
import { request } from 'node:http'

export function order(
  { gateway }: { readonly gateway: { readonly adminSocket: string } },
  path: string,
  body: unknown = {},
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        socketPath: gateway.adminSocket,
        path,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          resolve({
            status: response.statusCode ?? 0,
            body: JSON.parse(text) as Record<string, unknown>,
          })
        })
      },
    )
    sent.on('error', reject)
    sent.end(JSON.stringify(body))
  })
}
