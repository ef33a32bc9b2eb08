// A fault on the wire: a JSON-RPC error with the request id and, where something that we depend on is away, its
// name and when to try again (never 401: clients would drop a good grant). Of anything else that was
// thrown, nothing at all is told but the request id (H-15).
import type { ServerResponse } from 'node:http'

import { FAULTS } from '../answers.ts'
import { Fault } from '../fault.ts'
import type { RpcId } from '../json/value.ts'
import { answerData } from './answer-data.ts'
import { answerHeaders, type AnswerContext } from './answer-headers.ts'
import { writeJson } from './write-json.ts'

const RETRY_AFTER_SECONDS = 5

export function writeFault(
  res: ServerResponse,
  thrown: unknown,
  context: AnswerContext & { readonly rpcId?: RpcId | undefined },
): void {
  const fault = thrown instanceof Fault ? thrown : new Fault('gateway.internal', '')
  const answer = FAULTS[fault.code]
  const headers = answerHeaders(context)
  if (answer.status === 503) {
    headers.push('retry-after', String(fault.retryAfterSeconds ?? RETRY_AFTER_SECONDS))
  }
  const dependency = fault.dependency === undefined ? {} : { dependency: fault.dependency }
  const data = { ...answerData(fault.code, answer, context.requestId, {}), ...dependency }
  const error = { code: answer.rpc, message: answer.what, data }
  const body = { jsonrpc: '2.0', id: context.rpcId ?? null, error }
  writeJson(res, answer.status, headers, JSON.stringify(body))
}
