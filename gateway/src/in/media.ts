// Content negotiation as MCP wants it (2026-07-28, transports/streamable-http): the body is plain JSON in
// UTF-8, and the sender must be able to take an answer as JSON and as a stream.

const JSON_TYPE = /^application\/json[\t ]*(?:;[\t ]*charset[\t ]*=[\t ]*"?utf-8"?[\t ]*)?$/i

export function isJsonContentType(value: string | undefined): boolean {
  if (value === 'application/json') return true
  return value !== undefined && JSON_TYPE.test(value)
}

/** Both `application/json` and `text/event-stream` are acceptable (RFC 9110 §12.5.1; q=0 is a no). */
export function acceptsAnswers(value: string | undefined): boolean {
  if (value === undefined) return false
  if (value === 'application/json, text/event-stream') return true
  const ranges = value.split(',').map(parseRange)
  return accepts(ranges, 'application', 'json') && accepts(ranges, 'text', 'event-stream')
}

/** The stream of a session (MCP 2025-11-25, basic/transports). */
export function acceptsStream(value: string | undefined): boolean {
  return value !== undefined && accepts(value.split(',').map(parseRange), 'text', 'event-stream')
}

type Range = { readonly type: string; readonly subtype: string; readonly refused: boolean }

function parseRange(text: string): Range {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const [type = '', subtype = ''] = range.split('/')
  const refused = parameters.some((parameter) => /^q[\t ]*=[\t ]*0(?:\.0{0,3})?$/.test(parameter))
  return { type, subtype, refused }
}

/** The most specific range decides. */
function accepts(ranges: readonly Range[], type: string, subtype: string): boolean {
  const match =
    ranges.find((range) => range.type === type && range.subtype === subtype) ??
    ranges.find((range) => range.type === type && range.subtype === '*') ??
    ranges.find((range) => range.type === '*' && range.subtype === '*')
  return match !== undefined && !match.refused
}
