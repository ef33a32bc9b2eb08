// A port of loopback for the development gateway: the wished one where it is free, so that clients keep their
// address from start to start; any other where it is not.
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

export async function freePort(wished: number): Promise<number> {
  return tryPort(wished).catch((failure: NodeJS.ErrnoException) => {
    if (failure.code === 'EADDRINUSE') return tryPort(0)
    throw failure
  })
}

function tryPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const bound = (server.address() as AddressInfo).port
      server.close(() => {
        resolve(bound)
      })
    })
  })
}
