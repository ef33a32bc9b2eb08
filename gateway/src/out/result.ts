// Answers that are complete: a target's response relayed as it was checked, a result of our own, and the
// accepted notification (MCP 2026-07-28, transports/streamable-http).
import type { ServerResponse } from 'node:http'

import type { RpcId } from '../json/value.ts'
import { answerHeaders, contentOfTarget, type AnswerContext } from './answer-headers.ts'
import { writeJson } from './write-json.ts'

/** One whole JSON-RPC response of a target, byte for byte. */
export function writeResult(res: ServerResponse, body: Buffer, context: AnswerContext): void {
  writeJson(res, 200, contentOfTarget(answerHeaders(context)), body)
}

/** A result that the gateway itself gives (lists, discover); raw numbers in it keep their text. */
export function writeRpc(res: ServerResponse, result: object, context: OwnContext): void {
  writeJson(res, 200, answerHeaders(context), ownText(result, context))
}

/** The same as the response that ends a stream which is open already; one line. */
export function ownMessage(result: object, context: OwnContext): Buffer {
  return Buffer.from(ownText(result, context))
}

type OwnContext = AnswerContext & { readonly rpcId?: RpcId | undefined }

function ownText(result: object, { rpcId = '' }: OwnContext): string {
  return JSON.stringify({ jsonrpc: '2.0', id: rpcId, result })
}

/** MUST (MCP 2026-07-28): a notification is answered 202 without a body. */
export function writeAccepted(res: ServerResponse, context: AnswerContext): void {
  res.writeHead(202, answerHeaders(context))
  res.end()
}
