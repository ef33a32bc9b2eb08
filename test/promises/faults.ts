// Exceptions that nobody catches, raised at some point of a running process (F-25): at the end of the `after`-th
// callback of a kind from now on, whosever callback that is. What the callback had begun is left as it is.
import { IncomingMessage, Server, ServerResponse } from 'node:http'

export const FAULT_KINDS = ['timer', 'immediate', 'tick', 'rejection', 'request', 'event'] as const
export type Fault = { readonly kind: (typeof FAULT_KINDS)[number]; readonly after: number }

export const FAULT_MESSAGE = 'a fault that the promise F-25 raised'

type Callback = (...args: never[]) => unknown
type Holder = Record<string, Callback>

export function raise({ kind, after }: Fault): void {
  let left = after
  const strike = (): void => {
    left -= 1
    if (left === 0) throw new Error(FAULT_MESSAGE)
  }
  switch (kind) {
    case 'timer':
      return failScheduled(globalThis, 'setTimeout', strike)
    case 'immediate':
      return failScheduled(globalThis, 'setImmediate', strike)
    case 'tick':
      return failScheduled(process, 'nextTick', strike)
    case 'rejection':
      return void setTimeout(() => void Promise.reject(new Error(FAULT_MESSAGE)), after)
    case 'request':
      return failEvents(Server.prototype, strike)
    case 'event': {
      // Events are also told of within what catches everything: from then on until one is not.
      const strikeOn = (): void => {
        left -= 1
        if (left <= 0) throw new Error(FAULT_MESSAGE)
      }
      failEvents(IncomingMessage.prototype, strikeOn)
      return failEvents(ServerResponse.prototype, strikeOn)
    }
  }
}

/** Callbacks that are scheduled from now on by the function of this name. */
function failScheduled(holder: object, name: string, strike: () => void): void {
  const functions = holder as Holder
  const schedule = functions[name] as Callback
  functions[name] = (callback: Callback, ...rest: never[]) =>
    schedule(withEnd(callback, strike) as never, ...rest)
}

/** Events that objects of this kind emit from now on. */
function failEvents(prototype: object, strike: () => void): void {
  const { emit } = prototype as { emit: Callback }
  Object.assign(prototype, { emit: withEnd(emit, strike) })
}

function withEnd(callback: Callback, strike: () => void): Callback {
  return function (this: unknown, ...args: never[]) {
    const result = callback.apply(this, args)
    strike()
    return result
  }
}
