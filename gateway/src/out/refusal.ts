// A refusal on the wire, in the shape that answers.ts names for its code (MCP 2026-07-28, protocol design §9):
// http, challenge (RFC 6750 §3), rpc (JSON-RPC error) or tool (a result that the model reads).
import type { ServerResponse } from 'node:http'

import type { Answer } from '../answers.ts'
import type { RpcId } from '../json/value.ts'
import type { Refusal } from '../refusal.ts'
import { inWords, refusalData, type AnswerData } from './answer-data.ts'
import { answerHeaders, type AnswerContext } from './answer-headers.ts'
import { bearerChallenge } from './challenge.ts'
import { oldAnswer } from './old-shape.ts'
import { writeJson } from './write-json.ts'

export type RefusalContext = AnswerContext & {
  /** Id of the JSON-RPC request, once it is known. */
  readonly rpcId?: RpcId | undefined
  /** Once it is known: a result that the model reads is one of a call, and an error of everything else. */
  readonly method?: string | undefined
  /** URL of the metadata of the route, once the route is known. */
  readonly resourceMetadata?: string | undefined
  /** Scopes that every call on the route needs. */
  readonly scope?: string | undefined
}

const CALL = 'tools/call'

/** Which era's clients read it. */
type Era = 'modern' | 'legacy'

export function writeRefusal(
  res: ServerResponse,
  refusal: Refusal,
  context: RefusalContext,
  era: Era = 'modern',
): void {
  const { answer, data } = said(refusal, context, era)
  const headers = answerHeaders(context)
  const id = refusal.rpcId ?? context.rpcId ?? null
  if (answer.shape === 'challenge') {
    headers.push('www-authenticate', challenge(refusal, answer, data, context))
  }
  // MUST (RFC 9110 §15.5.6): a 405 lists what is allowed.
  if (answer.status === 405) headers.push('allow', refusal.expected ?? 'POST')
  if (refusal.retryAfterSeconds !== undefined) {
    headers.push('retry-after', String(refusal.retryAfterSeconds))
  }
  writeJson(
    res,
    answer.status,
    headers,
    JSON.stringify(body(refusal, answer, data, id, context, era)),
  )
}

/** The refusal as the JSON-RPC response that ends a stream which is open already; one line. */
export function refusalMessage(
  refusal: Refusal,
  context: RefusalContext,
  era: Era = 'modern',
): Buffer {
  const { answer, data } = said(refusal, context, era)
  const id = refusal.rpcId ?? context.rpcId ?? null
  const message =
    answer.shape === 'tool' && (context.method ?? CALL) === CALL
      ? toolResult(data, id, era)
      : rpcError(answer, data, id, refusal.rpcData)
  return Buffer.from(JSON.stringify(message))
}

function said(
  refusal: Refusal,
  { requestId, method }: RefusalContext,
  era: Era,
): ReturnType<typeof refusalData> {
  const { answer, data } = refusalData(refusal, requestId)
  return { answer: era === 'modern' ? answer : oldAnswer(answer, refusal.refused, method), data }
}

function challenge(
  refusal: Refusal,
  answer: Answer,
  data: AnswerData,
  context: RefusalContext,
): string {
  return bearerChallenge({
    error: answer.oauth ?? undefined,
    description: inWords(data),
    resourceMetadata: context.resourceMetadata,
    scope: refusal.scope ?? context.scope ?? '',
  })
}

function body(
  refusal: Refusal,
  answer: Answer,
  data: AnswerData,
  id: RpcId | null,
  { method = CALL }: RefusalContext,
  era: Era,
): object {
  if (answer.shape === 'tool' && method === CALL) return toolResult(data, id, era)
  // Some clients read nothing but JSON-RPC out of a 403.
  const isChallenge = answer.shape === 'challenge' && answer.status !== 403
  if (!isChallenge && answer.shape !== 'http') return rpcError(answer, data, id, refusal.rpcData)
  const error = isChallenge ? (answer.oauth ?? 'unauthorized') : 'invalid_request'
  return { error, error_description: inWords(data), ...data }
}

function rpcError(
  answer: Answer,
  data: AnswerData,
  id: RpcId | null,
  demanded: Readonly<Record<string, unknown>> | undefined,
): object {
  return {
    jsonrpc: '2.0',
    id,
    error: { code: answer.rpc ?? -32_000, message: answer.what, data: { ...demanded, ...data } },
  }
}

function toolResult(data: AnswerData, id: RpcId | null, era: Era): object {
  const text = `${inWords(data)}. ${data.fix}. (${data.code}, request ${data.request_id})`
  return {
    jsonrpc: '2.0',
    id,
    result: {
      ...(era === 'modern' ? { resultType: 'complete' } : {}),
      content: [{ type: 'text', text }],
      isError: true,
      _meta: { 'sallyport/refusal': data },
    },
  }
}
