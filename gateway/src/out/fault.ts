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

type FaultContext = AnswerContext & { readonly rpcId?: RpcId | undefined }

export function writeFault(res: ServerResponse, thrown: unknown, context: FaultContext): void {
  const fault = thrown instanceof Fault ? thrown : new Fault('gateway.internal', '')
  const { status } = FAULTS[fault.code]
  const headers = answerHeaders(context)
  if (status === 503) {
    headers.push('retry-after', String(fault.retryAfterSeconds ?? RETRY_AFTER_SECONDS))
  }
  writeJson(res, status, headers, faultText(fault, context))
}

/** The fault as one JSON-RPC response among others. */
export function faultMessage(thrown: unknown, context: FaultContext): Buffer {
  const fault = thrown instanceof Fault ? thrown : new Fault('gateway.internal', '')
  return Buffer.from(faultText(fault, context))
}

function faultText(fault: Fault, { requestId, rpcId }: FaultContext): string {
  const answer = FAULTS[fault.code]
  const dependency = fault.dependency === undefined ? {} : { dependency: fault.dependency }
  const data = { ...answerData(fault.code, answer, requestId, {}), ...dependency }
  const error = { code: answer.rpc, message: answer.what, data }
  return JSON.stringify({ jsonrpc: '2.0', id: rpcId ?? null, error })
}
