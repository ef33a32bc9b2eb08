// How one client is spoken to: everything that the pipeline says goes through the wire of its exchange, so that the
// path itself knows one shape, that of the modern era (MCP 2026-07-28). A wire is one object for all exchanges of
// its kind; what differs from exchange to exchange is in the context.
import type { ServerResponse } from 'node:http'
import type { Refusal } from '../refusal.ts'
import { writeFault } from './fault.ts'
import { refusalMessage, writeRefusal, type RefusalContext } from './refusal.ts'
import { ownMessage, writeAccepted, writeResult, writeRpc } from './result.ts'
import { writeStream, type StreamEnd } from './stream.ts'

/** What is known of an exchange, however far it came. */
export type WireContext = RefusalContext

export type Wire = {
  /** One whole JSON-RPC response of a target, as it was checked. */
  readonly result: (res: ServerResponse, body: Buffer, context: WireContext) => void
  /** A result of the gateway's own, in the shape of the modern era. */
  readonly own: (res: ServerResponse, result: object, context: WireContext) => void
  readonly refusal: (res: ServerResponse, refusal: Refusal, context: WireContext) => void
  /** Whatever was thrown. */
  readonly fault: (res: ServerResponse, thrown: unknown, context: WireContext) => void
  /** A notification, or a response of the client. */
  readonly accepted: (res: ServerResponse, context: WireContext) => void
  /** Messages one by one, the response last (`last…`). Never rejects. */
  readonly stream: (
    res: ServerResponse,
    messages: AsyncIterable<Buffer>,
    context: WireContext,
  ) => Promise<StreamEnd>
  /** What ends a stream, each a JSON-RPC response on one line. */
  readonly lastResult: (body: Buffer, context: WireContext) => Buffer
  readonly lastOwn: (result: object, context: WireContext) => Buffer
  readonly lastRefusal: (refusal: Refusal, context: WireContext) => Buffer
  /** A client that leaves has cancelled its request. */
  readonly leavingCancels: boolean
  /** Requests to the client may pass on the stream that answers it. */
  readonly carriesRequests: boolean
}

export const modernWire: Wire = {
  result: writeResult,
  own: writeRpc,
  refusal: writeRefusal,
  fault: writeFault,
  accepted: writeAccepted,
  stream: (res, messages, context) => writeStream(res, messages, context),
  lastResult: (body) => body,
  lastOwn: ownMessage,
  lastRefusal: refusalMessage,
  leavingCancels: true,
  carriesRequests: false,
}
