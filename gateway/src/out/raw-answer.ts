// An answer as bytes for the bare socket, where node:http refused the request before anyone saw it (H-06, D-02):
// broken syntax, headers that are too large, a request that never completes, CONNECT. The connection closes.
import { STATUS_CODES } from 'node:http'

import type { RefusalCode } from '../answers.ts'
import { refuse } from '../refusal.ts'
import { inWords, refusalData } from './answer-data.ts'
import { answerHeaders } from './answer-headers.ts'

export function rawAnswer(code: RefusalCode, requestId: string): string {
  const { answer, data } = refusalData(refuse(code), requestId)
  const body = JSON.stringify({
    error: 'invalid_request',
    error_description: inWords(data),
    ...data,
  })
  const headers = answerHeaders({ requestId, origin: undefined })
  // MUST (RFC 9110 §15.5.6): a 405 lists what is allowed.
  if (answer.status === 405) headers.push('allow', 'POST')
  headers.push('content-type', 'application/json')
  headers.push('content-length', String(Buffer.byteLength(body)), 'connection', 'close')
  let head = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\n`
  for (let index = 0; index < headers.length; index += 2) {
    head += `${headers[index]}: ${headers[index + 1]}\r\n`
  }
  return `${head}\r\n${body}`
}
