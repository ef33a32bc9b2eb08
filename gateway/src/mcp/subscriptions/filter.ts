// What a client wants to be told of (MCP 2026-07-28, `subscriptions/listen`): untrusted to typed. Each kind is asked for
// by name. Whether somebody may hear of a URI is for others.
import type { ListenFilter } from '../../call/connector.ts'
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import { refuse, type Refusal } from '../../refusal.ts'

export const MOST_URIS = 200
const MOST_CHARACTERS = 4_096
const KINDS = ['toolsListChanged', 'promptsListChanged', 'resourcesListChanged'] as const

export function readFilter({ notifications }: JsonObject): ListenFilter | Refusal {
  if (!isJsonObject(notifications)) return invalid('`notifications` is no object')
  const kinds: Record<string, true> = {}
  for (const kind of KINDS) {
    const asked = notifications[kind]
    if (asked === true) kinds[kind] = true
    else if (asked !== undefined && asked !== false) return invalid(`\`${kind}\` is no boolean`)
  }
  const { resourceSubscriptions: uris = [] } = notifications
  if (!Array.isArray(uris) || !uris.every(isUri)) {
    return invalid('`resourceSubscriptions` is no list of URIs')
  }
  if (uris.length > MOST_URIS) return invalid(`more than ${MOST_URIS} URIs`)
  return { ...kinds, resourceSubscriptions: [...new Set(uris)] }
}

export function isUri(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MOST_CHARACTERS
}

function invalid(seen: string): Refusal {
  return refuse('in.invalid_params', { seen })
}
