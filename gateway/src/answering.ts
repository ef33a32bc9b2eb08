// The ends of an exchange (pipeline.ts): its answer goes through the wire, a refusal into the log, and all of it past
// the eyes of the operator.
import type { RefusedCall } from './audit/record.ts'
import { Fault } from './fault.ts'
import { allowedOrigin } from './in/check-head.ts'
import type { JsonObject } from './json/value.ts'
import type { WireContext } from './out/wire.ts'
import { isRefusal, type Refusal } from './refusal.ts'
import type { Exchange, PipelineParts, Understood } from './exchange.ts'

export function reply(
  parts: PipelineParts,
  exchange: Understood,
  result: JsonObject,
  code: 'ok' | 'input_required' = 'ok',
): void {
  exchange.wire.own(exchange.response, result, wireContext(parts, exchange))
  parts.observe(exchange, { code })
}

export function accept(parts: PipelineParts, exchange: Exchange): void {
  exchange.wire.accepted(exchange.response, wireContext(parts, exchange))
  parts.observe(exchange, { code: 'accepted' })
}

/** Says no: to the caller as the catalogue of answers has it, to the log with the true reason. */
export function say(parts: PipelineParts, exchange: Exchange, refusal: Refusal): void {
  recordRefusal(parts, exchange, refusal)
  exchange.wire.refusal(exchange.response, refusal, wireContext(parts, exchange))
  parts.observe(exchange, { code: refusal.actual ?? refusal.refused, refused: true })
}

/** For a refusal that ends a stream: it is not the whole answer. */
export function recordRefusal(parts: PipelineParts, exchange: Exchange, refusal: Refusal): void {
  parts.audit.refusal(refusal, {
    requestId: exchange.requestId,
    traceId: exchange.trace?.traceId,
    peerAddress: exchange.request.socket.remoteAddress ?? '',
    identity: exchange.identity,
    tool: exchange.tool,
    method: exchange.inbound?.method,
    ...refusedCall(parts, exchange),
  })
}

/** What the log may keep of the arguments: of a tool that the caller sees, what it keeps of a call. */
function refusedCall(
  { authorize }: PipelineParts,
  { identity, tool, kind, args }: Exchange,
): { readonly call?: RefusedCall } {
  if (identity === undefined || tool === undefined || args === undefined) return {}
  const entry = authorize.see(identity, tool, kind)
  return isRefusal(entry) ? {} : { call: { args, auditPaths: entry.facts.auditPaths } }
}

export function fail(parts: PipelineParts, exchange: Exchange, error: unknown): void {
  const fault =
    error instanceof Fault
      ? error
      : new Fault('gateway.internal', 'unexpected error', { cause: error })
  exchange.wire.fault(exchange.response, fault, wireContext(parts, exchange))
  parts.observe(exchange, { code: fault.code, refused: true, error })
}

/** What the wire needs to know of an exchange, however far it came. */
export function wireContext(parts: PipelineParts, exchange: Exchange): WireContext {
  const { requestId, request, head, inbound } = exchange
  return {
    requestId,
    origin: allowedOrigin(request.rawHeaders, parts.head),
    rpcId: inbound?.id,
    method: inbound?.method,
    resourceMetadata: head?.route.metadataUrl,
    scope: parts.requiredScopes.join(' '),
  }
}
