// The stages in order: read this first. One exchange is one request and its one answer.
//
//   head → identity → inbound ─┬─ call:  see → parameter headers → argument schema → permit → credential → intent →
//                              │         call → wire → outcome
//                              └─ list:  visible entries → page → wire
//
// Refusals are returned by stages and answered here; a fault is caught here, once. Whatever is thrown before a
// permit ends in an answer without a call. Nothing is sent to a target before its intent is in the log.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { needsApproval, type PendingCall } from './authorize/approval/needs-approval.ts'
import type { Authorize } from './authorize/authorize.ts'
import { hidden, UNKNOWN } from './authorize/denials.ts'
import type { Permit } from './authorize/permit.ts'
import { accept, fail, reply, say, wireContext } from './answering.ts'
import { askedBy, checkInterface, costAsMuch } from './asked.ts'
import { carryOut } from './carry-out.ts'
import type { Exchange, Named, PipelineParts, Understood } from './exchange.ts'
import { checkHead } from './in/check-head.ts'
import type { Identity } from './identify/identity.ts'
import type { PublicRequest } from './in/inbound.ts'
import { ACCESS_METHOD, readAccessRequest } from './in/access-request.ts'
import { checkParamHeaders } from './in/param-headers.ts'
import { readInbound } from './in/read-inbound.ts'
import { isBelow } from './in/versions.ts'
import type { JsonObject } from './json/value.ts'
import { listen } from './listen.ts'
import { barredSince, discovered, listEntries, listResources, listTemplates } from './listing.ts'
import { answerInSession, answerOldEra } from './old-era.ts'
import { protectedResourceMetadata, writeMetadata, writePreflight } from './out/public.ts'
import { modernWire } from './out/wire.ts'
import { isRefusal, refuse, type Refusal } from './refusal.ts'
import { searched } from './searching.ts'
import { randomId } from './system/ids.ts'

/** Answers one request; never throws. */
export type Handle = (request: IncomingMessage, response: ServerResponse) => void

export function createPipeline(parts: PipelineParts): Handle {
  return (request, response) => {
    const exchange: Exchange = {
      requestId: randomId(),
      startedMs: parts.clock.monotonicMs(),
      request,
      response,
      wire: modernWire,
    }
    answer(parts, exchange).catch((error: unknown) => fail(parts, exchange, error))
  }
}

const overloaded = (reason: string): Refusal =>
  refuse('in.overloaded', { reason, retryAfterSeconds: 5 })
const OVERLOADED = {
  loop: overloaded('the event loop is late'),
  memory: overloaded('the memory is nearly used up'),
}

async function answer(parts: PipelineParts, arrived: Exchange): Promise<void> {
  const flood = parts.budgets.ofAddress(arrived.request.socket.remoteAddress ?? '')
  if (flood !== undefined) return say(parts, arrived, flood)
  const pressed = parts.sheds()
  if (pressed !== undefined) return say(parts, arrived, OVERLOADED[pressed])
  const head = checkHead(arrived.request, parts.routes, arrived.requestId, parts.head)
  if (isRefusal(head)) return say(parts, arrived, head)
  if (head.kind !== 'mcp') return publish(parts, arrived, head)

  const identified = parts.identify(head)
  const identity = identified instanceof Promise ? await identified : identified
  if (isRefusal(identity)) return say(parts, { ...arrived, head }, identity)

  const known = { ...arrived, head, identity }
  const inbound = await readInbound(arrived.request, head, parts.limits)
  if (inbound === 'dropped') return accept(parts, known)
  if (isRefusal(inbound)) return say(parts, known, inbound)
  if ('verb' in inbound) return answerOldEra(parts, known, inbound, { stopped, proceed })
  return proceed(parts, { ...known, inbound })
}

/** From a request that is understood to its answer; never rejects. */
async function proceed(parts: PipelineParts, understood: Understood): Promise<void> {
  const { head, inbound } = understood
  const exchange = { ...understood, trace: parts.traces.of(head.headers, inbound.meta) }
  const refused = stopped(parts, exchange.identity)
  if (refused !== undefined) return say(parts, exchange, refused)
  try {
    await dispatch(parts, exchange)
  } catch (error) {
    // MUST (JSON-RPC 2.0 §5): an error has the id of its request, where that could be read.
    fail(parts, exchange, error)
  }
}

/** A body may take its time, and its sender be revoked meanwhile. */
function stopped(parts: PipelineParts, identity: Identity): Refusal | undefined {
  const { revoked, switches, budgets } = parts
  return revoked(identity) ?? switches.ofCaller(identity) ?? budgets.ofCaller(identity)
}

/** The methods that this version offers, those of sessions among them; every other one is refused (M-04). */
function dispatch(parts: PipelineParts, exchange: Understood): void | Promise<void> {
  const { inbound } = exchange
  if (inbound.id === undefined) return accept(parts, exchange)
  switch (inbound.method) {
    case 'tools/call':
    case 'prompts/get':
    case 'resources/read':
    case 'completion/complete':
      return call(parts, exchange)
    case 'tools/list':
      return listEntries(parts, exchange, 'tool')
    case 'prompts/list':
      return listEntries(parts, exchange, 'prompt')
    case 'resources/list':
      return listResources(parts, exchange)
    case 'resources/templates/list':
      return listTemplates(parts, exchange)
    case ACCESS_METHOD:
      return askForAccess(parts, exchange)
    case 'server/discover':
      if (inbound.session !== undefined) break
      return discover(parts, exchange)
    case 'subscriptions/listen':
      if (inbound.session !== undefined) break
      return listen(parts, exchange)
    case 'ping':
    case 'logging/setLevel':
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      if (inbound.session === undefined) break
      return answerInSession(parts, exchange, inbound.session)
  }
  return say(parts, exchange, refuse('in.no_such_method'))
}

async function discover(parts: PipelineParts, exchange: Understood): Promise<void> {
  const { identity, head } = exchange
  const offered = await discovered(parts, identity, head.route.target)
  const barred = barredSince(parts, identity)
  return barred === undefined ? reply(parts, exchange, offered) : say(parts, exchange, barred)
}

async function call(parts: PipelineParts, exchange: Understood): Promise<void> {
  if (parts.search !== undefined && (await searched(parts, exchange))) return undefined
  const asked = askedBy(exchange, parts.resources())
  if (isRefusal(asked)) return say(parts, exchange, asked)
  const named = { ...exchange, tool: asked.tool, kind: asked.kind }
  const permit = permitFor(parts, named, asked.args)
  if (needsApproval(permit)) return callApproved(parts, named, asked.args, permit.pending)
  if (isRefusal(permit)) {
    parts.access.denied(exchange.identity, exchange.requestId, named.tool, permit)
    return say(parts, { ...named, args: asked.args }, permit)
  }
  const spent = parts.budgets.ofCall(permit.identity, permit.entry)
  if (spent !== undefined) return say(parts, named, spent)
  return carryOut(parts, named, permit, again(parts, named, asked.args))
}

/** The slow way: an approval is asked for, or used once. What was checked before is checked again after the wait. */
async function callApproved(
  parts: PipelineParts,
  exchange: Named,
  args: JsonObject,
  pending: PendingCall,
): Promise<void> {
  const { identity } = exchange
  const spent = parts.budgets.ofCall(identity, pending.entry)
  if (spent !== undefined) return say(parts, exchange, spent)
  const decide = again(parts, exchange, args)
  const permit = await parts.settle(pending, decide).catch((error: unknown) => {
    parts.budgets.leave(pending.entry)
    throw error
  })
  if (!isRefusal(permit)) return carryOut(parts, exchange, permit, decide)
  parts.budgets.leave(pending.entry)
  return say(parts, { ...exchange, args }, permit)
}

/** Whatever may have changed while something was waited for. */
function again(parts: PipelineParts, exchange: Named, args: JsonObject): () => Permit | Refusal {
  const { identity } = exchange
  return () =>
    parts.revoked(identity) ?? parts.switches.ofCaller(identity) ?? permitFor(parts, exchange, args)
}

/** From a denial a person may ask for access, by its request id. */
async function askForAccess(parts: PipelineParts, exchange: Understood): Promise<void> {
  const asked = readAccessRequest(exchange.inbound)
  if (isRefusal(asked)) return say(parts, exchange, asked)
  const { identity } = exchange
  const reference = await parts.access.ask(identity, asked, (tool) =>
    parts.authorize.forbids(identity, tool),
  )
  if (typeof reference !== 'string') return say(parts, exchange, reference)
  return reply(parts, exchange, { resultType: 'complete', reference })
}

/** Visibility before anything that could tell what is hidden from what is unknown (M-10), the decision last. */
function permitFor(parts: PipelineParts, exchange: Named, args: JsonObject): Permit | Refusal {
  const { identity, requestId, head, inbound, tool, kind } = exchange
  const entry = parts.authorize.see(identity, tool, kind)
  if (isRefusal(entry)) {
    if (inbound.method === 'resources/read') costAsMuch(parts, exchange, args)
    return entry
  }
  if (isBelow(parts.minProtocol(entry.target), inbound.session?.protocolVersion)) {
    const reason = 'hidden: the target demands a newer revision of MCP'
    return hidden(UNKNOWN[kind], 'in.unsupported_version', reason)
  }
  const mismatch =
    parts.switches.ofTool(entry) ??
    checkParamHeaders(inbound, entry) ??
    (kind === 'tool' ? parts.checkArguments(entry, args) : undefined) ??
    (kind === 'resource' ? checkInterface(parts, exchange, entry.target, args) : undefined)
  if (mismatch !== undefined) return mismatch
  const completes = inbound.method === 'completion/complete'
  const ask = (authorize: Pick<Authorize, 'decide' | 'complete'>) =>
    completes
      ? authorize.complete(identity, entry, args, requestId, head.peerAddress)
      : authorize.decide(identity, entry, args, requestId, head.peerAddress)
  const decided = ask(parts.authorize)
  const successor = parts.successor()
  if (successor === undefined || (isRefusal(decided) && !needsApproval(decided))) return decided
  // A body may take as long as a reload: what the new configuration has taken away is gone for this call too.
  const now = ask(successor)
  return isRefusal(now) ? now : decided
}

/** Metadata and preflights: what is answered without a token. */
function publish(parts: PipelineParts, exchange: Exchange, asked: PublicRequest): void {
  const context = wireContext(parts, exchange)
  if (asked.kind === 'preflight') writePreflight(exchange.response, asked, context)
  else {
    const metadata = protectedResourceMetadata(asked.resource, {
      authorizationServers: parts.authorizationServers,
      scopes: parts.requiredScopes,
    })
    writeMetadata(exchange.response, metadata, context)
  }
  parts.observe(exchange, { code: 'public' })
}
