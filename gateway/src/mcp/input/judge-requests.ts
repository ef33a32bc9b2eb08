// May this target ask this client for that (attacks M-18)? Only what the client declared that it can do
// (MCP 2026-07-28, basic/index: −32021), and only what the configuration lets the target ask: forms without secrets,
// pages on listed hosts, and neither sampling nor roots unless written down. All of one answer or nothing of it.
import { CAPABILITIES_KEY } from '../../in/meta.ts'
import { isJsonObject } from '../../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import { refuse, type Refusal } from '../../refusal.ts'
import { judgeForm } from './judge-form.ts'
import type { MayAsk } from './settings.ts'

/** `requests`: key to request, as an `input` outcome has them; `meta`: of the client's request. */
export function judgeRequests(
  requests: JsonObject,
  mayAsk: MayAsk,
  meta: JsonObject,
): Refusal | undefined {
  const missing: Record<string, JsonValue> = {}
  for (const request of Object.values(requests)) {
    if (!isJsonObject(request)) return notAllowed('what is no request')
    const refused = judgeRequest(request, mayAsk)
    if (refused !== undefined) return refused
    addMissing(missing, request, meta[CAPABILITIES_KEY])
  }
  if (Object.keys(missing).length === 0) return undefined
  return refuse('call.client_cannot_answer', {
    seen: `\`${Object.keys(missing).join('`, `')}\` is not among the client's capabilities`,
    rpcData: { requiredCapabilities: missing },
    reason: 'the client did not declare what the target asks for',
  })
}

function judgeRequest(request: JsonObject, mayAsk: MayAsk): Refusal | undefined {
  const params = isJsonObject(request['params']) ? request['params'] : {}
  const { method } = request
  if (method === 'elicitation/create') return judgeElicitation(params, mayAsk)
  if (method === 'sampling/createMessage') {
    return mayAsk.sampling ? undefined : notAllowed('the model of the client (sampling)')
  }
  if (method === 'roots/list') {
    return mayAsk.roots ? undefined : notAllowed('the folders of the client (roots)')
  }
  return notAllowed('what this gateway does not know')
}

function judgeElicitation(params: JsonObject, mayAsk: MayAsk): Refusal | undefined {
  const { mode = 'form', url } = params
  if (mode === 'url') return judgePage(url, mayAsk.urlHosts)
  if (mode !== 'form') return notAllowed('an elicitation of an unknown mode')
  return mayAsk.forms ? judgeForm(params) : notAllowed('a form')
}

/** `https` and a listed host: nothing else opens in somebody's browser (attacks O-03). */
function judgePage(url: JsonValue | undefined, hosts: readonly string[]): Refusal | undefined {
  const page = typeof url === 'string' ? URL.parse(url) : null
  if (page?.protocol !== 'https:') return unsafe('a page without `https`')
  if (page.username !== '' || page.password !== '') return unsafe('a page with user information')
  if (!hosts.includes(page.host)) {
    return unsafe('a page on a host that is not listed for the target', `host ${page.host}`)
  }
  // The client gets the text, not what was parsed here: whoever reads it otherwise must come to the same host.
  return url === page.href || (url === page.origin && page.href === `${url}/`)
    ? undefined
    : unsafe('a page whose URL is not in normal form: `new URL(url).href` is another text')
}

/** What the client would have to declare; the shape of `ClientCapabilities`. */
function addMissing(
  missing: Record<string, JsonValue>,
  { method, params }: JsonObject,
  declared: JsonValue | undefined,
): void {
  const asked = isJsonObject(params) ? params : {}
  if (method === 'elicitation/create') {
    const mode = asked['mode'] === 'url' ? 'url' : 'form'
    const known = memberOf(declared, 'elicitation')
    const has = isJsonObject(known) && (mode in known || (mode === 'form' && isBare(known)))
    if (!has) missing['elicitation'] = { ...objectOf(missing['elicitation']), [mode]: {} }
  } else if (method === 'sampling/createMessage') {
    const known = memberOf(declared, 'sampling')
    const tools = asked['tools'] !== undefined || asked['toolChoice'] !== undefined
    const has = isJsonObject(known) && (!tools || 'tools' in known)
    if (!has)
      missing['sampling'] = { ...objectOf(missing['sampling']), ...(tools && { tools: {} }) }
  } else if (method === 'roots/list' && !isJsonObject(memberOf(declared, 'roots'))) {
    missing['roots'] = {}
  }
}

/** Before there were modes, `elicitation: {}` meant forms (MCP 2025-06-18). */
function isBare(elicitation: JsonObject): boolean {
  return !('form' in elicitation) && !('url' in elicitation)
}

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

function notAllowed(what: string): Refusal {
  return refuse('call.input_not_allowed', {
    seen: `the target asks for ${what}`,
    reason: `the target asked for ${what}`,
  })
}

function unsafe(what: string, reason = what): Refusal {
  return refuse('call.unsafe_elicitation', { seen: `the target asks with ${what}`, reason })
}
