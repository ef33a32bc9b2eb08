// Which notifications of a target of the old era pass to the client, and as what: progress under the client's own token,
// log messages of the level that the client's request asked for. The rest ends here (attacks M-25).
import type { JsonObject } from '../../../json/value.ts'
import { reaches } from './log-level.ts'

const LOG_LEVEL = 'io.modelcontextprotocol/logLevel'

/** `token` is what the target was given, `meta` the `_meta` of the client's request. */
export function translateNotification(
  { method, params }: { readonly method: string; readonly params: JsonObject },
  token: string,
  meta: JsonObject,
): Buffer | undefined {
  if (method === 'notifications/progress') {
    const progressToken = meta['progressToken']
    if (progressToken === undefined || params['progressToken'] !== token) return undefined
    return message(method, { ...params, progressToken })
  }
  const level = meta[LOG_LEVEL]
  if (method !== 'notifications/message' || typeof level !== 'string') return undefined
  return reaches(params['level'], level) ? message(method, params) : undefined
}

function message(method: string, params: JsonObject): Buffer {
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', method, params }), 'utf8')
}
