// Requests of sessions that are under way, so that `notifications/cancelled` of the same session ends them (MCP 2025-11-25,
// basic/utilities/cancellation). Ids of another session, and so of another person, name nothing here (attacks M-25).
import type { Inbound } from '../../in/inbound.ts'
import type { JsonValue } from '../../json/value.ts'

export type UnderWay = {
  /** Of the modern era there is nothing to know. Returns what forgets it again. */
  readonly begin: (request: Pick<Inbound, 'session' | 'id'>, cancel: AbortController) => () => void
  /** False where there is no such request. */
  readonly cancel: (session: string, id: JsonValue) => boolean
}

export function createUnderWay(): UnderWay {
  const requests = new Map<string, AbortController>()
  return {
    begin({ session, id }, cancel) {
      if (session === undefined || id === undefined) return NOTHING
      const key = keyOf(session.name, id)
      requests.set(key, cancel)
      return () => {
        if (requests.get(key) === cancel) requests.delete(key)
      }
    },
    cancel(session, id) {
      const found = requests.get(keyOf(session, id))
      found?.abort()
      return found !== undefined
    },
  }
}

const NOTHING = (): void => undefined

// INVARIANT: JSON of a pair is injective; "1" and 1 are two ids (JSON-RPC 2.0 §4).
function keyOf(session: string, id: JsonValue): string {
  return JSON.stringify([session, id])
}
