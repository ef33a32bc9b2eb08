// What a target hears of the client's capabilities: those that the client declared and that the target may use
// (protocol: capabilities are the intersection of client and policy). A target that may not ask for something
// learns it before it asks. What nobody here judges (extensions, experimental ones) stays as it is.
import { CAPABILITIES_KEY } from '../../in/meta.ts'
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import type { MayAsk } from './settings.ts'

/** `_meta` of a request as the target gets it; the same object where nothing is taken away. */
export function offeredTo(mayAsk: MayAsk, meta: JsonObject): JsonObject {
  const declared = meta[CAPABILITIES_KEY]
  if (!isJsonObject(declared)) return meta
  const { sampling, roots, elicitation, ...others } = declared
  if (sampling === undefined && roots === undefined && elicitation === undefined) return meta
  const offered: Record<string, JsonValue> = { ...others }
  if (sampling !== undefined && mayAsk.sampling) offered['sampling'] = sampling
  if (roots !== undefined && mayAsk.roots) offered['roots'] = roots
  const asking = isJsonObject(elicitation) ? offeredElicitation(mayAsk, elicitation) : undefined
  if (asking !== undefined) offered['elicitation'] = asking
  return { ...meta, [CAPABILITIES_KEY]: offered }
}

function offeredElicitation(mayAsk: MayAsk, declared: JsonObject): JsonObject | undefined {
  const { form, url, ...others } = declared
  // Before there were modes, `elicitation: {}` meant forms (MCP 2025-06-18).
  if (form === undefined && url === undefined) return mayAsk.forms ? declared : undefined
  const forms = form !== undefined && mayAsk.forms ? { form } : {}
  const pages = url !== undefined && mayAsk.urlHosts.length > 0 ? { url } : {}
  const offered = { ...others, ...forms, ...pages }
  return Object.keys({ ...forms, ...pages }).length === 0 ? undefined : offered
}
