// `params._meta` of a modern request: the envelope that makes each request self-describing
// (MCP 2026-07-28, basic/index). Unknown keys are kept and not looked at.
import { isJsonObject, isRawNumber } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'

const PREFIX = 'io.modelcontextprotocol/'
export const VERSION_KEY = `${PREFIX}protocolVersion`
export const CAPABILITIES_KEY = `${PREFIX}clientCapabilities`
export const CLIENT_INFO_KEY = `${PREFIX}clientInfo`
export const LOG_LEVEL_KEY = `${PREFIX}logLevel`
const LOG_LEVELS = new Set([
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
])

/** What is wrong with the envelope, in words; `undefined`: nothing. */
export function metaProblem(meta: JsonObject): string | undefined {
  const version = meta[VERSION_KEY]
  if (version === undefined) return `\`${VERSION_KEY}\` is missing`
  if (typeof version !== 'string') return `\`${VERSION_KEY}\` is no string`
  const capabilities = meta[CAPABILITIES_KEY]
  if (capabilities === undefined) return `\`${CAPABILITIES_KEY}\` is missing`
  if (!isJsonObject(capabilities)) return `\`${CAPABILITIES_KEY}\` is no object`
  const client = meta[CLIENT_INFO_KEY]
  if (client !== undefined) {
    if (!isJsonObject(client)) return `\`${CLIENT_INFO_KEY}\` is no object`
    if (typeof client['name'] !== 'string' || typeof client['version'] !== 'string') {
      return `\`${CLIENT_INFO_KEY}\` lacks name or version`
    }
  }
  const level = meta[LOG_LEVEL_KEY]
  if (level !== undefined && !isLogLevel(level)) {
    return `\`${LOG_LEVEL_KEY}\` is no log level`
  }
  const progress = meta['progressToken']
  if (progress !== undefined && !isToken(progress)) {
    return '`progressToken` is neither a string nor a number'
  }
  return undefined
}

export function isLogLevel(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && LOG_LEVELS.has(value)
}

function isToken(value: JsonValue): boolean {
  return typeof value === 'string' || typeof value === 'number' || isRawNumber(value)
}
