// Streams that tell of changes (`subscriptions/listen`), each on a connection of its own, opened a few at a time and then
// left alone. A stream counts as open once its acknowledgement has come.
import { connect, type Socket } from 'node:net'
import type { Listening, ListenJob } from './job.ts'
import { listenText } from './request-text.ts'

const AT_ONCE = 20
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged'
const open = new Set<Socket>()

export async function openStreams(job: ListenJob): Promise<Listening> {
  let n = 0
  let firstError: string | undefined
  const opener = async (): Promise<void> => {
    while (n < job.listen) {
      const failed = await openStream(job, n++)
      firstError ??= failed
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, opener))
  return { open: open.size, firstError }
}

export function hangUp(): Promise<void> {
  const closed = [...open].map((socket) => new Promise((resolve) => socket.once('close', resolve)))
  for (const socket of open) socket.destroy()
  return Promise.all(closed).then(() => undefined)
}

/** Resolves with what came instead of a stream. */
function openStream(job: ListenJob, n: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(job.port, '127.0.0.1', () => socket.write(listenText(job, n), 'latin1'))
    let held = ''
    socket.on('data', (chunk: Buffer) => {
      if (open.has(socket)) return
      held += chunk.toString('latin1')
      if (held.includes(ACKNOWLEDGED)) {
        open.add(socket)
        resolve(undefined)
      } else if (!held.startsWith('HTTP/1.1 200')) {
        resolve(held.slice(0, 600))
      }
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      open.delete(socket)
      resolve(`closed: ${held.slice(0, 600)}`)
    })
  })
}
