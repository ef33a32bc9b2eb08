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
export function writeRpc(
  res: ServerResponse,
  id: RpcId,
  result: object,
  context: AnswerContext,
): void {
  const body = JSON.stringify({ jsonrpc: '2.0', id, result })
  writeJson(res, 200, answerHeaders(context), body)
}

/** MUST (MCP 2026-07-28): a notification is answered 202 without a body. */
export function writeAccepted(res: ServerResponse, context: AnswerContext): void {
  res.writeHead(202, answerHeaders(context))
  res.end()
}
