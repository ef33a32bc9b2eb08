// A hop in front of the gateway for clients that cannot send a token: it adds the bearer where there is none. All else
// goes on as it came, but that the hop's own name in Host and Origin becomes the gateway's; foreign names stay.
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

export type BearerHop = { readonly port: number; readonly stop: () => Promise<void> }

export async function startBearerHop(gatewayPort: number, token: () => string): Promise<BearerHop> {
  const server = createServer((incoming, outgoing) => {
    const own = new RegExp(`^(http://)?(127\\.0\\.0\\.1|localhost):${incoming.socket.localPort}$`)
    const headers = incoming.rawHeaders.map((text) => text.replace(own, `$1$2:${gatewayPort}`))
    if (incoming.headers.authorization === undefined)
      headers.push('Authorization', `Bearer ${token()}`)
    const { method, url: path } = incoming
    const onward = send({
      port: gatewayPort,
      host: '127.0.0.1',
      method,
      path,
      headers,
      agent: false,
    })
    onward.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      outgoing.flushHeaders()
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
