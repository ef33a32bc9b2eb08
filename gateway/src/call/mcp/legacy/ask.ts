// What the gateway itself says to a target of the old era: a request whose one answer is waited for, or a message that
// is only accepted (202). Calls of clients, which may stream and be asked back, are call.ts.
import type { JsonObject } from '../../../json/value.ts'
import { randomId } from '../../../system/ids.ts'
import { broken } from '../answer.ts'
import { connectionLost, statusRefusal, type Failure } from '../failure.ts'
import { openExchange, type Channel } from './channel.ts'
import { HttpExchange, type HttpPlan } from './http-exchange.ts'
import type { LegacyMessage } from './message.ts'

export type Asked =
  | {
      readonly kind: 'result'
      readonly result: JsonObject
      readonly bytes: number
      readonly sessionId: string | undefined
    }
  | { readonly kind: 'error'; readonly error: JsonObject; readonly status: number }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly status: number | undefined }

/** Never rejects. */
export function ask(
  plan: HttpPlan,
  channel: Channel,
  method: string,
  params: JsonObject,
  signal?: AbortSignal,
): Promise<Asked> {
  const id = randomId()
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method, params }), 'utf8')
  return new Promise((resolve) => {
    let sessionId: string | undefined
    const settle = (asked: Asked): void => {
      stopDeadline()
      signal?.removeEventListener('abort', give)
      resolve(asked)
    }
    const statusOf = (): number => exchange.status ?? 0
    const fail = (failure: Failure): void =>
      settle({ kind: 'failed', failure, status: exchange.status })
    /** True: the answer is not there yet. */
    const hear = (message: LegacyMessage): boolean => {
      switch (message.kind) {
        case 'notification':
        case 'request':
          return true
        case 'result':
          settle({ kind: 'result', result: message.result, bytes: exchange.bytes, sessionId })
          return false
        case 'error':
          settle({ kind: 'error', error: message.error, status: statusOf() })
          return false
        case 'broken':
        case 'alien':
          fail(exchange.status === 200 ? broken(message.reason) : statusRefusal(statusOf()))
          return false
      }
    }
    const exchange = openExchange(plan, channel, id, {
      whole(message) {
        if (hear(message)) fail(broken('the body is no response'))
      },
      message: hear,
      ended: () => fail(connectionLost('the stream ended without a response')),
      failed: fail,
      head(headers) {
        const sent = headers['mcp-session-id']
        sessionId = typeof sent === 'string' ? sent : undefined
      },
    })
    const give = (): void => {
      exchange.close()
      fail(connectionLost('no answer in time'))
    }
    const stopDeadline = plan.deadlines.start(plan.timeouts.totalMs, give)
    signal?.addEventListener('abort', give)
    if (signal?.aborted === true) return give()
    const { headers, connectionKey } = channel
    exchange.start({ method: 'POST', headers, body, connectionKey })
  })
}

/** Settles with what went wrong, if anything; never rejects. */
export function tell(
  plan: HttpPlan,
  { headers, connectionKey }: Channel,
  message: JsonObject | 'end',
  deadlineMs: number = plan.timeouts.firstByteMs,
): Promise<Failure | undefined> {
  return new Promise((resolve) => {
    const settle = (failure?: Failure): void => {
      stopDeadline()
      // Whatever a target adds to its yes is not read.
      const { status = 0 } = exchange
      resolve(status >= 200 && status < 300 ? undefined : failure)
    }
    const done = (): void => {
      const { status = 0 } = exchange
      settle(status < 300 ? undefined : statusRefusal(status))
    }
    const exchange = new HttpExchange(plan, {
      body: done,
      event: () => true,
      ended: done,
      failed: settle,
    })
    const stopDeadline = plan.deadlines.start(deadlineMs, () => {
      exchange.close()
      settle(connectionLost('no answer in time'))
    })
    if (message === 'end') {
      return exchange.start({ method: 'DELETE', headers, body: null, connectionKey })
    }
    const body = Buffer.from(JSON.stringify(message), 'utf8')
    exchange.start({ method: 'POST', headers, body, connectionKey })
  })
}
