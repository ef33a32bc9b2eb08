// A port of loopback for the development gateway: the wished one where it is free, so that clients keep their
// address from start to start; any other where it is not.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

export async function freePort(wished: number): Promise<number> {
  return tryPort(wished).catch((failure: NodeJS.ErrnoException) => {
    if (failure.code === 'EADDRINUSE') return tryPort(0)
    throw failure
  })
}

/** The port that a file remembers from the start before; 0, for any, where it is taken or there is none. */
export async function portAsBefore(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const port = /^[1-9][0-9]{0,4}\n$/.test(text) ? Number(text) : 0
  if (port === 0 || port > 65_535) return 0
  return tryPort(port).catch(() => 0)
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
