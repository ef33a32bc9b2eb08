// Listening on a port that a successor may take over (promises §3, F-16): SO_REUSEPORT, which both processes must ask
// for and which the kernel grants to processes of one user alone. Without `takeOver` a port that somebody else has is an
// error, as it always was; only Linux shares ports in this way.
import { createServer, type AddressInfo, type Server } from 'node:net'

export type Place = { readonly port: number; readonly host: string }

/** Resolves with the port in use, also where a free one was asked for. */
export async function listenAt(
  server: Server,
  { port, host }: Place,
  takeOver = false,
): Promise<number> {
  const reusePort = process.platform === 'linux'
  if (reusePort && !takeOver && port !== 0) await assertFree({ port, host })
  await listening(server, { port, host, reusePort })
  return (server.address() as AddressInfo).port
}

async function assertFree(place: Place): Promise<void> {
  const trial = createServer()
  await listening(trial, { ...place, reusePort: false })
  await new Promise((resolve) => trial.close(resolve))
}

function listening(server: Server, place: Place & { readonly reusePort: boolean }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(place, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
