// Which notifications of a target pass to the client (MCP 2026-07-28): those that its request asked for.
// Everything else belongs to subscriptions, which have a stream of their own, and ends here.
import { isRawNumber } from '../../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'

const LOG_LEVEL = 'io.modelcontextprotocol/logLevel'

/** `meta` is the `_meta` of the request. */
export function passesToClient(message: JsonObject, meta: JsonObject): boolean {
  if (message['method'] === 'notifications/progress') {
    // MUST (basic/utilities/progress): only the token that this request brought.
    return sameToken(memberOf(message['params'], 'progressToken'), meta['progressToken'])
  }
  // MUST NOT (server/utilities/logging): no log messages unless the request named a level.
  return message['method'] === 'notifications/message' && typeof meta[LOG_LEVEL] === 'string'
}

function sameToken(sent: JsonValue | undefined, expected: JsonValue | undefined): boolean {
  if (isRawNumber(sent) && isRawNumber(expected)) return sent.rawJSON === expected.rawJSON
  return (typeof sent === 'string' || typeof sent === 'number') && sent === expected
}

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined
}
