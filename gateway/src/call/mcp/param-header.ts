// Headers that mirror arguments (MCP 2026-07-28, SEP-2243 `x-mcp-header`): computed from the arguments that
// were decided on, never copied from the client, so that header and body cannot differ at the target.
import type { ParamHeader } from '../../catalogue/entry.ts'
import { isRawNumber } from '../../json/raw-number.ts'
import { valueAt } from '../../json/value-at.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'

const NAME = /^mcp-param-[!#$%&'*+\-.^_`|~0-9a-z]{1,128}$/
const SAFE = /^[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?$/
const DECIMAL = /^-?\d+(\.\d+)?$/
const MAX_FORWARDED = 32
const MAX_VALUE = 4_096

/** Appends name and value of every declared header whose argument is present. */
export function addDeclaredHeaders(
  headers: string[],
  declared: readonly ParamHeader[],
  args: JsonObject,
): void {
  for (const { header, path } of declared) {
    const text = headerText(valueAt(args, path))
    if (text !== undefined) headers.push(header.toLowerCase(), encodeHeaderValue(text))
  }
}

/** Appends what the client sent beyond the declared ones: forwarded as it came, unused, bounded in number and size. */
export function addUndeclaredHeaders(
  headers: string[],
  sent: ReadonlyMap<string, string>,
  declared: readonly ParamHeader[],
): void {
  const taken = new Set(declared.map(({ header }) => foldedName(header)))
  let forwarded = 0
  for (const [name, value] of sent) {
    const lower = name.toLowerCase()
    if (!NAME.test(lower) || !SAFE.test(value)) continue
    if (value.length > MAX_VALUE || forwarded === MAX_FORWARDED) continue
    if (taken.has(foldedName(lower))) continue
    headers.push(lower, value)
    forwarded += 1
  }
}

/** Servers that hand headers on as CGI variables take `-`, `_` and `.` for one (attacks H-02). */
function foldedName(header: string): string {
  return header.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')
}

/** MUST (SEP-2243): what is no safe ASCII field value travels as Base64 of its UTF-8. */
export function encodeHeaderValue(text: string): string {
  const ambiguous = text.startsWith('=?base64?') && text.endsWith('?=')
  if (SAFE.test(text) && !ambiguous) return text
  return `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`
}

function headerText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (!isRawNumber(value)) return undefined
  // Receivers compare plain decimals; 1e5 is written as the integer that it is, where that is exact.
  const double = Number(value.rawJSON)
  const exact = !DECIMAL.test(value.rawJSON) && Number.isSafeInteger(double)
  return exact ? String(double) : value.rawJSON
}
