// Lets another process steer a room of the sample world: POST /<action> with a JSON array of arguments. It has a
// port of its own, on loopback, and exists only where somebody asked for it.
import { createServer, type IncomingMessage } from 'node:http'
import { listen, type Listening } from './listen.ts'

export type Actions = Readonly<Record<string, (...args: never[]) => unknown>>

export async function startControlEndpoint(actions: Actions): Promise<Listening> {
  const server = createServer()
  const listening = await listen(server, 0)
  const { host } = new URL(listening.origin)
  server.on('request', (request, response) => {
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body ?? null))
    }
    const name = (request.url ?? '').slice(1)
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined
    // JSON and the very Host: no page in a browser can send this without a preflight, which nobody answers.
    const plain = request.headers['content-type'] === 'application/json'
    if (request.method !== 'POST' || !plain || request.headers.host !== host) {
      return send(400, { error: 'POST /<action> with application/json' })
    }
    if (action === undefined)
      return send(404, { error: 'no such action', actions: Object.keys(actions) })
    perform(action, request).then(
      (result) => send(200, result),
      (error: unknown) => send(422, { error: String(error) }),
    )
  })
  return listening
}

/** Calls an action at such an endpoint. */
export async function control(origin: string, action: string, ...args: readonly unknown[]) {
  const response = await fetch(`${origin}/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(args),
  })
  const result: unknown = await response.json()
  if (!response.ok) throw new Error(`control ${action}: ${JSON.stringify(result)}`)
  return result
}

async function perform(action: (...args: never[]) => unknown, request: IncomingMessage) {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const args = JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  if (!Array.isArray(args)) throw new Error('arguments must be an array')
  return await action(...(args as never[]))
}
