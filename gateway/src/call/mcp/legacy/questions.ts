// What a target of the old era asks of the client before it answers a call (elicitation, sampling, roots; MCP
// 2025-11-25): taken where the client declared it, bounded in number, asked together, and answered under the target's own
// ids. What nobody declared is refused at once, and no client hears of it.
import { isJsonObject } from '../../../json/raw-number.ts'
import type { JsonObject, RpcId } from '../../../json/value.ts'
import { randomId } from '../../../system/ids.ts'
import type { Failure } from '../failure.ts'
import { mayAsk } from './capabilities.ts'
import type { LegacySession } from './session.ts'

export type Question = { readonly id: RpcId; readonly method: string; readonly params: JsonObject }

const MAX_ASKED = 16

export class Questions {
  readonly #session: LegacySession
  /** Somebody has to be asked. */
  readonly #pending: () => void
  /** What the target waits for, by the key under which the client is asked. */
  readonly #asked = new Map<string, Question>()
  #soon = false

  constructor(session: LegacySession, pending: () => void) {
    this.#session = session
    this.#pending = pending
  }

  get open(): boolean {
    return this.#asked.size > 0
  }

  take({ id, method, params }: Question): void {
    const session = this.#session
    if (method === 'ping') return void session.respond(id, {})
    const allowed = mayAsk(session.capabilities, method, params) && this.#asked.size < MAX_ASKED
    if (!allowed) return void session.decline(id)
    this.#asked.set(randomId(), { id, method, params })
    if (this.#soon) return
    // What stands in the same piece of the stream is asked together.
    this.#soon = true
    queueMicrotask(() => {
      this.#soon = false
      if (this.open) this.#pending()
    })
  }

  /** The target no longer wants to know (`notifications/cancelled`). */
  takenBack({ requestId }: JsonObject): void {
    const called = JSON.stringify(requestId)
    for (const [key, { id }] of this.#asked) {
      if (JSON.stringify(id) === called) this.#asked.delete(key)
    }
  }

  /** As the client is asked. */
  requests(): JsonObject {
    const requests: Record<string, JsonObject> = {}
    for (const [key, { method, params }] of this.#asked) requests[key] = { method, params }
    return requests
  }

  /** What the client brought goes to the target; `untold` is called where it does not get there. */
  answer(responses: JsonObject, untold: (failure: Failure) => void): void {
    for (const [key, { id }] of this.#asked) {
      const response = responses[key]
      if (!isJsonObject(response)) continue
      this.#asked.delete(key)
      void this.#session.respond(id, response).then((failure) => failure && untold(failure))
    }
  }

  /** Nobody will answer. */
  giveUp(): void {
    for (const { id, method } of this.#asked.values()) {
      if (method === 'elicitation/create') void this.#session.respond(id, { action: 'cancel' })
      else void this.#session.decline(id)
    }
    this.#asked.clear()
  }
}
