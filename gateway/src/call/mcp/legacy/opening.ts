// How sessions with one target of the old era are opened: by POST where it speaks streamable HTTP, and by a stream where
// it speaks only HTTP with SSE. Which of both is found out as the older revisions say (MCP 2025-11-25, basic/transports,
// backwards compatibility), asked again with every description that opens a session, and remembered in between.
import type { Credential } from '../../../credential/credential.ts'
import type { JsonObject } from '../../../json/value.ts'
import { refuse } from '../../../refusal.ts'
import type { Failure } from '../failure.ts'
import { credentialHeaders, JSON_HEADERS } from '../request.ts'
import type { Channel } from './channel.ts'
import type { HttpPlan } from './http-exchange.ts'
import { openStream, type MessageStream, type NoStream } from './message-stream.ts'
import { openSession, type LegacySession, type NoSession } from './session.ts'

export type Opening = (
  credential: Credential,
  capabilities: JsonObject,
  more?: { readonly signal?: AbortSignal; readonly askAgain?: true },
) => Promise<LegacySession | Failure>

/** A server of HTTP with SSE answers a POST to its URL with one of these; 401, 403, 5xx and silence are no evidence. */
const NO_POST: ReadonlySet<number | undefined> = new Set([400, 404, 405])
const NO_STREAM: ReadonlySet<number | undefined> = new Set([...NO_POST, 406])

export function createOpening(plan: HttpPlan): Opening {
  let transport: 'streamable-http' | 'sse' | undefined

  return async (credential, capabilities, { signal, askAgain } = {}) => {
    const { connectionKey } = credential
    const headers = [...JSON_HEADERS, ...credentialHeaders(credential)]
    const first: Channel = { headers, connectionKey }
    const known = askAgain === true ? undefined : transport
    if (known === 'sse') {
      const stream = await openStream(plan, headers, connectionKey, signal)
      if ('refusal' in stream) return refused(stream)
      return openOver(plan, stream, first, capabilities, signal)
    }
    const posted = await openSession(plan, first, capabilities, signal)
    if (!('refusal' in posted)) {
      transport = 'streamable-http'
      return posted
    }
    if (known !== undefined || !NO_POST.has(posted.status)) return posted
    const stream = await openStream(plan, headers, connectionKey, signal)
    if ('refusal' in stream) {
      return NO_STREAM.has(stream.status) ? neither(posted, stream) : refused(stream)
    }
    transport = 'sse'
    return openOver(plan, stream, first, capabilities, signal)
  }
}

async function openOver(
  plan: HttpPlan,
  stream: MessageStream,
  first: Channel,
  capabilities: JsonObject,
  signal: AbortSignal | undefined,
): Promise<LegacySession | Failure> {
  const own = { ...plan, path: stream.path }
  const session = await openSession(own, { ...first, stream }, capabilities, signal)
  if ('refusal' in session) stream.close()
  return session
}

/** Nothing was called. */
function refused({ refusal }: NoStream): Failure {
  return { class: 'refused_by_target', refusal }
}

function neither({ refusal }: NoSession, stream: NoStream): Failure {
  const over = `nor is there a stream of the older transport: ${stream.refusal.reason ?? ''}`
  const reason = `${refusal.reason ?? ''}, ${over}`
  return { class: 'refused_by_target', refusal: refuse(refusal.refused, { reason }) }
}
