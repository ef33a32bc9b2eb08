// The way to a target of the old era: what every request is sent with, and by what its answer comes.
import type { Exchange, MessageHearer } from './exchange.ts'
import { HttpExchange, type HttpPlan } from './http-exchange.ts'
import { readMessage } from './message.ts'
import type { MessageStream } from './message-stream.ts'
import { StreamedExchange } from './streamed-exchange.ts'

/** How every request to this target, or in this session, is sent. */
export type Channel = {
  readonly headers: string[]
  readonly connectionKey: string | undefined
  /** On which answers come; absent: each POST has its own. */
  readonly stream?: MessageStream
}

/** `id` is that of the request: random. */
export function openExchange(
  plan: HttpPlan,
  { stream }: Channel,
  id: string,
  hearer: MessageHearer,
): Exchange {
  if (stream !== undefined) return new StreamedExchange(plan, stream, id, hearer)
  const { ended, failed, head } = hearer
  return new HttpExchange(plan, {
    body: (bytes) => hearer.whole(readMessage(bytes, id)),
    event: (data) => hearer.message(readMessage(data, id)),
    ended,
    failed,
    ...(head && { head }),
  })
}
