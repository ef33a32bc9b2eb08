// What the caller learns from a refusal or a fault, in every wire shape alike: one stable code, what happened,
// seen against expected, the fix, where it is documented, the request id. Never a token, never the name
// of a tool, never the operator's reason (`actual`, `reason`, `policies` stay inside).
import { answerOf, type Answer, type AnswerCode } from '../answers.ts'
import type { Refusal } from '../refusal.ts'

export type AnswerData = {
  readonly code: AnswerCode
  readonly request_id: string
  readonly what: string
  readonly seen?: string
  readonly expected?: string
  readonly fix: string
  /** Seconds, where another try is worth it. */
  readonly retry_after?: number
  readonly doc: string
}

/** Anchors of the generated page: one `<a id="code">` per row. */
const DOC = 'docs/errors.md#'
/** Refusals whose every byte but the request id must be the same for whatever led to them (hidden or unknown). */
const SAME_BYTES: ReadonlySet<AnswerCode> = new Set(['authorize.no_such_tool'])

export function refusalData(
  refusal: Refusal,
  requestId: string,
): { readonly answer: Answer; readonly data: AnswerData } {
  const answer = answerOf(refusal.refused)
  const details = SAME_BYTES.has(refusal.refused) ? {} : refusal
  return { answer, data: answerData(refusal.refused, answer, requestId, details) }
}

export function answerData(
  code: AnswerCode,
  answer: Answer,
  requestId: string,
  details: Pick<Refusal, 'seen' | 'expected' | 'retryAfterSeconds'>,
): AnswerData {
  return {
    code,
    request_id: requestId,
    what: answer.what,
    ...(details.seen === undefined ? {} : { seen: details.seen }),
    ...(details.expected === undefined ? {} : { expected: details.expected }),
    fix: answer.fix,
    ...(details.retryAfterSeconds === undefined ? {} : { retry_after: details.retryAfterSeconds }),
    doc: `${DOC}${code}`,
  }
}

/** One sentence or two, for people and models: `error_description` and the text of a tool result. */
export function inWords(data: AnswerData): string {
  const seen = data.seen === undefined ? '' : `; seen: ${data.seen}`
  const expected = data.expected === undefined ? '' : `; expected: ${data.expected}`
  return `${data.what}${seen}${expected}`
}
