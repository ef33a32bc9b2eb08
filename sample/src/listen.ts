// Listening on loopback and ending it, for every room of the sample world.
import type { AddressInfo, Server as NetServer } from 'node:net'
import { Server as HttpServer } from 'node:http'

export type Listening = {
  readonly port: number
  readonly origin: string
  readonly stop: () => Promise<void>
}

/** Loopback only: nothing of the sample is ever reachable from another machine. */
export async function listen(server: NetServer, port: number): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port }, resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      if (server instanceof HttpServer) server.closeAllConnections()
    })
  return { port: bound, origin: `http://127.0.0.1:${bound}`, stop }
}
