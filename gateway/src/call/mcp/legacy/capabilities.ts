// What a client declares with each request (MCP 2026-07-28, `_meta`) as what a session of the old era declares once
// (MCP 2025-11-25, lifecycle): capabilities are per session there, so they are part of a session's key. Nothing is
// declared to a target that the client did not declare, and what a target asks for beyond it is refused.
import { isJsonObject } from '../../../json/raw-number.ts'
import type { JsonObject } from '../../../json/value.ts'

const CLIENT_CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'
/** What of them a session of the old era can declare; everything else is not passed on. */
const KNOWN = { elicitation: ['form', 'url'], roots: [], sampling: ['context', 'tools'] } as const

export type Declared = {
  readonly capabilities: JsonObject
  /** The same as text: one text per set. */
  readonly text: string
}

const NOTHING: Declared = { capabilities: {}, text: '{}' }

/** `meta` is the `_meta` of the client's request. */
export function declaredBy(meta: JsonObject): Declared {
  const sent = meta[CLIENT_CAPABILITIES]
  if (!isJsonObject(sent)) return NOTHING
  const capabilities: Record<string, JsonObject> = {}
  for (const [name, members] of Object.entries(KNOWN)) {
    const value = sent[name]
    if (!isJsonObject(value)) continue
    const declared = members.filter((member) => isJsonObject(value[member]))
    capabilities[name] = Object.fromEntries(declared.map((member) => [member, {}]))
  }
  const text = JSON.stringify(capabilities)
  return text === '{}' ? NOTHING : { capabilities, text }
}

/** Whether a target may ask this of a client with these capabilities. */
export function mayAsk(capabilities: JsonObject, method: string, params: JsonObject): boolean {
  switch (method) {
    case 'elicitation/create': {
      const { elicitation } = capabilities
      if (!isJsonObject(elicitation)) return false
      // MUST (client/elicitation): an empty object stands for the form mode alone.
      if (params['mode'] === 'url') return isJsonObject(elicitation['url'])
      return isJsonObject(elicitation['form']) || !isJsonObject(elicitation['url'])
    }
    case 'sampling/createMessage':
      return isJsonObject(capabilities['sampling'])
    case 'roots/list':
      return isJsonObject(capabilities['roots'])
    default:
      return false
  }
}
