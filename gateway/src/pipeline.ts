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
import type { Permit } from './authorize/permit.ts'
import type { CallEnvelope } from './call/connector.ts'
import type { Pass } from './call/gate/gates.ts'
import type { FollowedCall } from './call/open-streams.ts'
import type { OutcomeFacts, StreamOutcome } from './call/outcome.ts'
import type { Credential } from './credential/credential.ts'
import { accept, fail, recordRefusal, reply, say, traceIdOf, wireContext } from './answering.ts'
import type { Exchange, Named, PipelineParts, Understood } from './exchange.ts'
import { Fault } from './fault.ts'
import { checkHead } from './in/check-head.ts'
import type { PublicRequest } from './in/inbound.ts'
import { ACCESS_METHOD, readAccessRequest } from './in/access-request.ts'
import { checkParamHeaders, undeclaredParamHeaders } from './in/param-headers.ts'
import { readInbound } from './in/read-inbound.ts'
import { readToolCall } from './in/tool-call.ts'
import type { JsonObject } from './json/value.ts'
import { discoverResult } from './mcp/discover.ts'
import { qualify } from './mcp/names.ts'
import { toolPage } from './mcp/tool-list.ts'
import { protectedResourceMetadata, writeMetadata, writePreflight } from './out/public.ts'
import { modernWire, type WireContext } from './out/wire.ts'
import { isRefusal, refuse, type Refusal } from './refusal.ts'
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
  // A body may take its time, and its sender be revoked meanwhile.
  const revoked = parts.revoked(identity)
  const stopped = revoked ?? parts.switches.ofCaller(identity) ?? parts.budgets.ofCaller(identity)
  if (stopped !== undefined) return say(parts, { ...known, inbound }, stopped)
  const understood = { ...known, inbound }
  try {
    await dispatch(parts, understood)
  } catch (error) {
    // MUST (JSON-RPC 2.0 §5): an error has the id of its request, where that could be read.
    fail(parts, understood, error)
  }
}

/** The methods of the modern era that this version offers; every other one is refused (M-04). */
function dispatch(parts: PipelineParts, exchange: Understood): void | Promise<void> {
  const { inbound } = exchange
  if (inbound.id === undefined) return accept(parts, exchange)
  switch (inbound.method) {
    case 'tools/call':
      return call(parts, exchange)
    case 'tools/list':
      return list(parts, exchange)
    case ACCESS_METHOD:
      return askForAccess(parts, exchange)
    case 'server/discover':
      return reply(parts, exchange, discoverResult(parts.version))
    default:
      return say(parts, exchange, refuse('in.no_such_method'))
  }
}

async function list(parts: PipelineParts, exchange: Understood): Promise<void> {
  const { identity, inbound, head } = exchange
  const visible = parts.authorize.visible(identity, head.route.target)
  const { entries, hidden, wouldHide, version } = parts.switches.narrow(
    visible instanceof Promise ? await visible : visible,
  )
  const binding = {
    fingerprint: identity.principal.fingerprint,
    target: head.route.target,
    version,
  }
  const page = toolPage(entries, binding, inbound.params['cursor'])
  if (isRefusal(page)) return say(parts, exchange, page)
  parts.audit.list(identity, exchange.requestId, { shown: entries.length, hidden, wouldHide })
  return reply(parts, exchange, page)
}

async function call(parts: PipelineParts, exchange: Understood): Promise<void> {
  const asked = readToolCall(exchange.inbound)
  if (isRefusal(asked)) return say(parts, exchange, asked)
  const named = { ...exchange, tool: qualify(exchange.head.route.target, asked.name) }
  const permit = permitFor(parts, named, asked.args)
  if (needsApproval(permit)) return callApproved(parts, named, asked.args, permit.pending)
  if (isRefusal(permit)) {
    parts.access.denied(exchange.identity, exchange.requestId, named.tool, permit)
    return say(parts, { ...named, args: asked.args }, permit)
  }
  const spent = parts.budgets.ofCall(permit.identity, permit.entry)
  return spent === undefined ? carryOut(parts, named, permit) : say(parts, named, spent)
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
  const again = () =>
    parts.revoked(identity) ?? parts.switches.ofCaller(identity) ?? permitFor(parts, exchange, args)
  const permit = await parts.settle(pending, again).catch((error: unknown) => {
    parts.budgets.leave(pending.entry)
    throw error
  })
  if (!isRefusal(permit)) return carryOut(parts, exchange, permit)
  parts.budgets.leave(pending.entry)
  return say(parts, { ...exchange, args }, permit)
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

/** Visibility before anything that could tell a hidden tool from an unknown one (M-10), the decision last. */
function permitFor(parts: PipelineParts, exchange: Named, args: JsonObject): Permit | Refusal {
  const entry = parts.authorize.see(exchange.identity, exchange.tool)
  if (isRefusal(entry)) return entry
  const mismatch =
    parts.switches.ofTool(entry) ??
    checkParamHeaders(exchange.inbound, entry) ??
    parts.checkArguments(entry, args)
  if (mismatch !== undefined) return mismatch
  const { identity, requestId, head } = exchange
  const ask = (authorize: Pick<Authorize, 'decide'>) =>
    authorize.decide(identity, entry, args, requestId, head.peerAddress)
  const decided = ask(parts.authorize)
  const successor = parts.successor()
  if (successor === undefined || (isRefusal(decided) && !needsApproval(decided))) return decided
  // A body may take as long as a reload: what the new configuration has taken away is gone for this call too.
  const now = ask(successor)
  return isRefusal(now) ? now : decided
}

/** The call is followed from here on: its permit may go while it waits for the disk or for the target. */
async function carryOut(parts: PipelineParts, exchange: Named, permit: Permit): Promise<void> {
  const cancel = cancellation(exchange)
  const followed = parts.streams.follow(permit, () => cancel.abort())
  try {
    await enter(parts, exchange, permit, cancel, followed)
  } finally {
    followed.close()
    parts.budgets.leave(permit.entry)
  }
}

/** A place at the target, before the intent: what a breaker or a full target turns away is a refusal and no call. */
async function enter(
  parts: PipelineParts,
  exchange: Named,
  permit: Permit,
  cancel: AbortController,
  followed: FollowedCall,
): Promise<void> {
  const obtained = parts.obtain(permit)
  const credential = obtained instanceof Promise ? await obtained : obtained
  const entered = parts.gates.enter(permit.entry.target, credential, cancel.signal)
  const pass = entered instanceof Promise ? await entered : entered
  if (isRefusal(pass)) return say(parts, exchange, pass)
  try {
    await send(parts, exchange, { permit, credential, pass }, cancel, followed)
  } finally {
    pass.leave()
  }
}

type Ready = { readonly permit: Permit; readonly credential: Credential; readonly pass: Pass }

async function send(
  parts: PipelineParts,
  exchange: Named,
  { permit, credential, pass }: Ready,
  cancel: AbortController,
  followed: FollowedCall,
): Promise<void> {
  const { inbound, head, requestId } = exchange
  const input = parts.input.broughtBack(permit, inbound)
  if (input !== undefined && isRefusal(input)) return say(parts, exchange, input)
  const connector = parts.connectors.get(permit.entry.target)
  if (!connector)
    throw new Fault('gateway.internal', `no connector for target ${permit.entry.target}`)
  const traceId = traceIdOf(inbound)
  const sequence = await parts.audit.intent(permit, credential, head.peerAddress, traceId)

  const calledMs = parts.clock.monotonicMs()
  if (followed.isGone()) cancel.abort()
  const record = (facts: OutcomeFacts) =>
    parts.audit.outcome(sequence, requestId, facts, parts.clock.monotonicMs() - calledMs)
  const disabled = parts.switches.ofPermit(permit)
  if (disabled !== undefined) {
    record(NOT_SENT)
    return say(parts, exchange, disabled)
  }
  const envelope: CallEnvelope = {
    method: 'tools/call',
    id: inbound.id ?? '',
    meta: parts.input.offered(permit.entry.target, inbound.meta),
    protocolVersion: inbound.protocolVersion,
    paramHeaders: undeclaredParamHeaders(inbound, permit.entry),
    ...(input === undefined ? {} : { input }),
  }
  const outcome = await connector
    .call(permit, credential, envelope, cancel.signal)
    .catch((error: unknown) => {
      // A connector does not reject; should it, whether the target acted is not known, and that is recorded.
      record(UNCLEAR)
      throw error
    })
  pass.saw(outcome)
  switch (outcome.kind) {
    case 'result':
      record(outcome.facts)
      exchange.wire.result(exchange.response, outcome.body, wireContext(parts, exchange))
      return parts.observe(exchange, { code: outcome.facts.class, answer: outcome.body })
    case 'refused':
      record(outcome.facts)
      return say(parts, exchange, outcome.refusal)
    case 'input': {
      record(outcome.facts)
      const question = parts.input.ask(permit, inbound, outcome)
      if (isRefusal(question)) return say(parts, exchange, question)
      return reply(parts, exchange, question, 'input_required')
    }
    case 'stream':
      followed.streams()
      return stream(parts, exchange, permit, outcome, cancel, record)
  }
}

/** Aborts when the client goes away before its answer is complete: cancellation in the modern era (F-27). */
function cancellation({ response, wire }: Exchange): AbortController {
  const cancel = new AbortController()
  if (!wire.leavingCancels) return cancel
  if (response.destroyed) cancel.abort()
  else
    response.once('close', () => {
      if (!response.writableFinished) cancel.abort()
    })
  return cancel
}

/** The intent is in the log, and nothing was sent. */
const NOT_SENT: OutcomeFacts = {
  class: 'cancelled',
  status: undefined,
  resultBytes: 0,
  result: undefined,
  targetRequestId: undefined,
}

const UNCLEAR: OutcomeFacts = {
  class: 'unclear',
  status: undefined,
  resultBytes: 0,
  result: undefined,
  targetRequestId: undefined,
}

/** Events pass one by one; the stream has an end and a record. */
async function stream(
  parts: PipelineParts,
  exchange: Named,
  permit: Permit,
  outcome: StreamOutcome,
  cancel: AbortController,
  record: (facts: OutcomeFacts) => void,
): Promise<void> {
  const context = wireContext(parts, exchange)
  try {
    const messages = withEnding(parts, exchange, permit, outcome, context)
    await exchange.wire.stream(exchange.response, messages, context)
  } finally {
    cancel.abort()
    const { facts } = await outcome.ended
    record(facts)
    parts.observe(exchange, { code: facts.class })
  }
}

/** What passed on the way, then how it ended: a stream without a response still says why. */
async function* withEnding(
  parts: PipelineParts,
  exchange: Named,
  permit: Permit,
  outcome: StreamOutcome,
  context: WireContext,
): AsyncGenerator<Buffer> {
  const { wire, inbound } = exchange
  yield* outcome.messages
  const final = await outcome.ended
  if (final.kind === 'result') return yield wire.lastResult(final.body, context)
  if (final.kind === 'refused') return yield wire.lastRefusal(final.refusal, context)
  const question = parts.input.ask(permit, inbound, final)
  if (!isRefusal(question)) return yield wire.lastOwn(question, context)
  recordRefusal(parts, exchange, question)
  yield wire.lastRefusal(question, context)
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
