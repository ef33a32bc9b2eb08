// One request as one line of the log, written by hand: a general logger costs three times as much per line, and
// there is one per request. Same form and same rules as the other lines (log-fields.ts).
import { cleanText } from './log-fields.ts'

/** Flat facts of one request. Absent ones are left out. */
export type RequestFields = Readonly<Record<string, string | number | boolean | undefined>>

/** Needs no escape and cannot be an authorization value or a URL with a password in it. */
const PLAIN = /^[\w./:#-]{0,256}$/
const MAX_FIELDS = 32

/** Field names are the program's own; values may be anybody's. Ends with a line break. */
export function requestLine(level: number, wallMs: number, fields: RequestFields): string {
  let line = `{"level":${level},"time":${wallMs},"msg":"request"`
  let count = 0
  for (const name in fields) {
    const value = fields[name]
    if (value === undefined || ++count > MAX_FIELDS) continue
    line += `,"${name}":${typeof value === 'string' ? textOf(value) : numberOf(value)}`
  }
  return `${line}}\n`
}

function textOf(text: string): string {
  return PLAIN.test(text) && !text.includes('eyJ') ? `"${text}"` : JSON.stringify(cleanText(text))
}

function numberOf(value: number | boolean): string {
  return typeof value === 'boolean' || Number.isFinite(value) ? String(value) : 'null'
}
