// What an operator asks and orders at the gateway's socket: GET, or POST with JSON; the answer as JSON.
import { request } from 'node:http'

type Socket = { readonly gateway: { readonly adminSocket: string } }
type Answer = { readonly status: number; readonly body: Record<string, unknown> }

export function order(of: Socket, path: string, body: unknown = {}): Promise<Answer> {
  return send(of, 'POST', path, JSON.stringify(body))
}

/** The body of the answer. */
export async function ask(of: Socket, path: string): Promise<Record<string, unknown>> {
  return (await send(of, 'GET', path)).body
}

function send({ gateway }: Socket, method: string, path: string, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        socketPath: gateway.adminSocket,
        path,
        method,
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
    sent.end(body)
  })
}
