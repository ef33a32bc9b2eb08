// Requests of ours that a client of the old era has yet to answer, and the responses that it posts (MCP 2025-11-25,
// basic/transports): one counts for a request of its own session that is outstanding, once; every other one is ignored
// and counted (attacks M-04). Here alone something of a session lives in memory: whoever waits is in this process too.
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject, RpcId } from '../../json/value.ts'

export type Outstanding = {
  /**
   * The response of the client, `result` or `error` in it. Rejects when `signal` aborts, and at once where too many
   * requests of the session are outstanding.
   */
  readonly awaitResponse: (session: string, id: string, signal: AbortSignal) => Promise<JsonObject>
  /** False where nobody waits for it. */
  readonly deliver: (session: string, id: RpcId, response: JsonObject) => boolean
}

const MOST_OF_SESSION = 32

export function createOutstanding(): Outstanding {
  const sessions = new Map<string, Map<string, (response: JsonObject) => void>>()

  function forget(session: string, id: string): void {
    const waiting = sessions.get(session)
    waiting?.delete(id)
    if (waiting?.size === 0) sessions.delete(session)
  }

  return {
    awaitResponse(session, id, signal) {
      return new Promise((resolve, reject) => {
        const waiting = sessions.get(session) ?? new Map<string, (response: JsonObject) => void>()
        if (signal.aborted || waiting.size >= MOST_OF_SESSION || waiting.has(id)) {
          return reject(new Error('the client cannot be asked now'))
        }
        const onAbort = (): void => {
          forget(session, id)
          reject(new Error('nobody waits for the answer any more'))
        }
        signal.addEventListener('abort', onAbort, { once: true })
        sessions.set(session, waiting)
        waiting.set(id, (response) => {
          signal.removeEventListener('abort', onAbort)
          forget(session, id)
          resolve(response)
        })
      })
    },
    deliver(session, id, response) {
      // Ids of ours are strings.
      const settle = typeof id === 'string' ? sessions.get(session)?.get(id) : undefined
      if (settle === undefined || !isJsonObject(response)) return false
      settle(response)
      return true
    },
  }
}
