// How clients of the old era are spoken to (MCP 2025-11-25, 2025-06-18, 2025-03-26; basic/transports). One that leaves has
// not cancelled: its call goes on to its end, and the record says how it ended. A batch is answered in one array.
import type { ServerResponse } from 'node:http'
import type { Refusal } from '../refusal.ts'
import { answerHeaders } from './answer-headers.ts'
import { faultMessage, writeFault } from './fault.ts'
import { oldResponse, oldResult } from './old-shape.ts'
import { refusalMessage, writeRefusal } from './refusal.ts'
import { ownMessage, writeAccepted, writeResult, writeRpc } from './result.ts'
import { writeStream, type StreamEnd } from './stream.ts'
import type { Wire, WireContext } from './wire.ts'
import { writeJson } from './write-json.ts'

export const legacyWire: Wire = {
  result: (res, body, context) => writeResult(res, oldResponse(body, context.method), context),
  own: (res, result, context) => writeRpc(res, oldResult(result), context),
  refusal: (res, refusal, context) => writeRefusal(res, refusal, context, 'legacy'),
  fault: writeFault,
  accepted: writeAccepted,
  stream: writeToTheEnd,
  lastResult: (body, context) => oldResponse(body, context.method),
  lastOwn: (result, context) => ownMessage(oldResult(result), context),
  lastRefusal: (refusal, context) => refusalMessage(refusal, context, 'legacy'),
  leavingCancels: false,
  carriesRequests: true,
}

/** For one entry of a batch: what is said is collected, and of a stream its end. */
export function entryWire(add: (response: Buffer) => void): Wire {
  const refusal = (_res: ServerResponse, refused: Refusal, context: WireContext): void =>
    add(legacyWire.lastRefusal(refused, context))
  return {
    ...legacyWire,
    result: (_res, body, context) => add(legacyWire.lastResult(body, context)),
    own: (_res, result, context) => add(legacyWire.lastOwn(result, context)),
    refusal,
    fault: (_res, thrown, context) => add(faultMessage(thrown, context)),
    accepted: () => undefined,
    async stream(_res, messages, context) {
      let last: Buffer | undefined
      try {
        for await (const message of messages) last = message
      } catch (error) {
        add(faultMessage(error, context))
        return 'broken'
      }
      if (last !== undefined) add(last)
      return 'finished'
    },
    carriesRequests: false,
  }
}

/** The answers of a batch (JSON-RPC 2.0 §6), in the order in which they came to be. */
export function writeBatch(
  res: ServerResponse,
  responses: readonly Buffer[],
  context: WireContext,
): void {
  const body = `[${responses.map((response) => response.toString('utf8')).join(',')}]`
  writeJson(res, 200, answerHeaders(context), body)
}

async function writeToTheEnd(
  res: ServerResponse,
  messages: AsyncIterable<Buffer>,
  context: WireContext,
): Promise<StreamEnd> {
  const source = messages[Symbol.asyncIterator]()
  // Without `return`: the end of the reader is not the end of the call.
  const unending = { [Symbol.asyncIterator]: () => ({ next: () => source.next() }) }
  const end = await writeStream(res, unending, context)
  if (end === 'finished') return end
  try {
    for (let rest = await source.next(); rest.done !== true; rest = await source.next());
  } catch {
    // Broken at the source: there is nothing more to come.
  }
  return end
}
