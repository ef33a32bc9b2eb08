// The id of a session of the old era (MCP 2025-11-25, basic/transports, session management): a sealed value that says all
// of the session by itself, so that a restart loses none and any process serves it. It is bound to the person and client
// that opened it and to the endpoint (attacks M-07), and it is never a proof of anybody: every request brings its token.
import { createHash } from 'node:crypto'
import type { Identity } from '../../identify/identity.ts'
import type { McpRoute } from '../../in/inbound.ts'
import { isJsonObject } from '../../json/raw-number.ts'
import { readJson } from '../../json/read.ts'
import type { JsonObject } from '../../json/value.ts'
import type { Sealer } from '../../secrets/seals.ts'
import type { Clock } from '../../system/clock.ts'
import { randomId } from '../../system/ids.ts'

export type Session = {
  /** 128 bits that name it in here: rows of the store, requests under way. */
  readonly name: string
  readonly protocolVersion: string
  readonly clientCapabilities: JsonObject
  readonly clientInfo: JsonObject | undefined
  /** Wall clock, milliseconds. */
  readonly openedMs: number
}

export type SessionIds = {
  /** The id for a new session. */
  readonly seal: (
    terms: Omit<Session, 'name' | 'openedMs'>,
    identity: Identity,
    route: McpRoute,
  ) => string
  /** `undefined`: unknown, altered, expired, or not of this principal, client and endpoint. */
  readonly open: (id: string, identity: Identity, route: McpRoute) => Session | undefined
}

/** Not longer than the keys of the seals live after their last use. */
export const SESSION_LIFE_MS = 14 * 86_400_000
const MAX_LENGTH = 6_000
const MOST_OPENED = 2_000
const LIMITS = { depth: 34, nodes: 2_000, numberLength: 64 }

export function createSessionIds(sealer: Sealer, clock: Clock): SessionIds {
  /** Opened already: a sealed value never changes its meaning. */
  const opened = new Map<string, Session & { readonly binding: string }>()

  function read(id: string): (Session & { readonly binding: string }) | undefined {
    const known = opened.get(id)
    if (known !== undefined) return known
    const text = id.length > MAX_LENGTH ? undefined : sealer.open(id)
    const session = text === undefined ? undefined : parse(text)
    if (session === undefined) return undefined
    if (opened.size >= MOST_OPENED) opened.delete(opened.keys().next().value as string)
    opened.set(id, session)
    return session
  }

  return {
    seal({ protocolVersion, clientCapabilities, clientInfo }, identity, route) {
      return sealer.seal(
        JSON.stringify({
          name: randomId(),
          openedMs: Math.round(clock.wallMs()),
          protocolVersion,
          clientCapabilities,
          ...(clientInfo === undefined ? {} : { clientInfo }),
          binding: bindingOf(identity, route),
        }),
      )
    },
    open(id, identity, route) {
      const session = read(id)
      if (session === undefined || session.binding !== bindingOf(identity, route)) return undefined
      const ageMs = clock.wallMs() - session.openedMs
      return ageMs >= SESSION_LIFE_MS ? undefined : session
    },
  }
}

const bindings = new WeakMap<Identity['principal'], Map<string, string>>()

// INVARIANT: JSON of a fixed tuple of strings is injective. Tags are not in it: a session outlives a change of groups,
// because every request is decided with the groups of its own token.
function bindingOf({ principal }: Identity, { resource }: McpRoute): string {
  let ofPrincipal = bindings.get(principal)
  if (ofPrincipal === undefined) {
    ofPrincipal = new Map()
    bindings.set(principal, ofPrincipal)
  }
  let binding = ofPrincipal.get(resource)
  if (binding === undefined) {
    const { kind, issuer, clientId, tenant } = principal
    const subject = principal.kind === 'client' ? null : principal.subject
    const tuple = [kind, issuer, subject, clientId, tenant ?? null, resource]
    binding = createHash('sha256').update(JSON.stringify(tuple)).digest('base64url')
    ofPrincipal.set(resource, binding)
  }
  return binding
}

function parse(text: string): (Session & { readonly binding: string }) | undefined {
  const read = readJson(Buffer.from(text), LIMITS)
  if (!('value' in read) || !isJsonObject(read.value)) return undefined
  const { name, openedMs, protocolVersion, clientCapabilities, clientInfo, binding } = read.value
  if (typeof name !== 'string' || typeof openedMs !== 'number') return undefined
  if (typeof protocolVersion !== 'string' || typeof binding !== 'string') return undefined
  if (!isJsonObject(clientCapabilities)) return undefined
  const named = isJsonObject(clientInfo) ? clientInfo : undefined
  return { name, openedMs, protocolVersion, clientCapabilities, clientInfo: named, binding }
}
