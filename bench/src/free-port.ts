// A port that nobody listens on at this moment, and whether somebody does by now.
import { connect, createServer, type AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

const LOOK_MS = 50

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** Until something listens there. */
export async function listening(port: number, withinMs = 5_000): Promise<void> {
  const until = performance.now() + withinMs
  while (!(await isOpen(port))) {
    if (performance.now() > until) throw new Error(`nothing listens on port ${port}`)
    await wait(LOOK_MS)
  }
}

export function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
