// `params._meta` of a modern request: the envelope that makes each request self-describing
// (MCP 2026-07-28, basic/index). Unknown keys are kept and not looked at.
import { isJsonObject, isRawNumber } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'

const PREFIX = 'io.modelcontextprotocol/'
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
  const version = meta[`${PREFIX}protocolVersion`]
  if (version === undefined) return `\`${PREFIX}protocolVersion\` is missing`
  if (typeof version !== 'string') return `\`${PREFIX}protocolVersion\` is no string`
  const capabilities = meta[`${PREFIX}clientCapabilities`]
  if (capabilities === undefined) return `\`${PREFIX}clientCapabilities\` is missing`
  if (!isJsonObject(capabilities)) return `\`${PREFIX}clientCapabilities\` is no object`
  const client = meta[`${PREFIX}clientInfo`]
  if (client !== undefined) {
    if (!isJsonObject(client)) return `\`${PREFIX}clientInfo\` is no object`
    if (typeof client['name'] !== 'string' || typeof client['version'] !== 'string') {
      return `\`${PREFIX}clientInfo\` lacks name or version`
    }
  }
  const level = meta[`${PREFIX}logLevel`]
  if (level !== undefined && !isLogLevel(level)) {
    return `\`${PREFIX}logLevel\` is no log level`
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
