// Where an answer ends on a connection that is kept, and whether it is the one that was asked for.
import type { Job } from './job.ts'

/** What stands in every answer to `tools/list`. */
const LISTED = '"tools":[{'

/** Where the first answer in `text` ends; `undefined` while it is incomplete. */
export function answerEnd(text: string): number | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = text.slice(0, headEnd)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) {
    const end = headEnd + 4 + Number(length)
    return text.length >= end ? end : undefined
  }
  if (/^HTTP\/1\.1 (204|202)/.test(head) && !/\r\ntransfer-encoding/i.test(head)) return headEnd + 4
  // The last chunk may be all that there is.
  const last = text.indexOf('\r\n0\r\n\r\n', headEnd + 2)
  return last < 0 ? undefined : last + 7
}

/** What no answer but that of the target to this very request has in it; a refusal may repeat the arguments. */
export function expected(job: Job, marker: string): string {
  return job.method === 'tools/list' ? LISTED : `got ${marker} `
}

export function isRight(answer: string, wanted: string): boolean {
  return answer.startsWith('HTTP/1.1 200') && answer.includes(wanted)
}
