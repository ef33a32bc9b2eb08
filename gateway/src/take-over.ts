// A new process takes the place of the one that runs on the same state folder (promises §3, F-16): once it is ready and
// listens, it orders the former one to drain, at the socket that still belongs to that one.
import { request } from 'node:http'
import type { Log } from './observe/log.ts'

export const DRAIN_PATH = '/drain'
const PATIENCE_MS = 5_000

/** Never rejects: a former process that is not there, or does not answer, is left to whoever started it. */
export async function orderDrain(
  socketPath: string,
  log: Pick<Log, 'info' | 'warn'>,
): Promise<void> {
  try {
    const status = await post(socketPath)
    if (status === 200) log.info({}, 'the former gateway drains')
    else log.warn({ status }, 'the former gateway does not drain by itself: send it SIGTERM')
  } catch (error) {
    log.warn({ err: error }, 'no former gateway answers: nothing was taken over')
  }
}

function post(socketPath: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath, path: DRAIN_PATH, method: 'POST', timeout: PATIENCE_MS },
      (response) => {
        response.resume()
        resolve(response.statusCode)
      },
    )
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')))
    asked.on('error', reject)
    asked.end('{}')
  })
}
