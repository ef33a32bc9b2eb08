// From a permit to the end of its answer (pipeline.ts has what comes before): a place at the target, the intent, the call,
// and what the client gets of it. Where the target asks a client of the old era for something, the same exchange goes on:
// the question passes on its stream, and with the answer the call is decided, limited, recorded and made again.
import { callMethodOf } from './asked.ts'
import { recordRefusal, reply, say, wireContext } from './answering.ts'
import { needsApproval } from './authorize/approval/needs-approval.ts'
import type { Permit } from './authorize/permit.ts'
import type { CallEnvelope } from './call/connector.ts'
import type { Pass } from './call/gate/gates.ts'
import type { Room } from './call/large-answers.ts'
import type { FollowedCall } from './call/open-streams.ts'
import {
  withoutAnswer,
  type InputOutcome,
  type Outcome,
  type OutcomeFacts,
} from './call/outcome.ts'
import type { Credential } from './credential/credential.ts'
import type { Exchange, Named, PipelineParts } from './exchange.ts'
import { Fault } from './fault.ts'
import { undeclaredParamHeaders } from './in/param-headers.ts'
import { privately } from './mcp/read-result.ts'
import { spanBelow, withTrace } from './observe/trace-context.ts'
import type { Traces } from './observe/traces.ts'
import { isRefusal, refuse, type Refusal } from './refusal.ts'

/** One exchange with a client, for as many attempts at the target as it takes. */
type Call = {
  readonly parts: PipelineParts
  readonly exchange: Named
  readonly cancel: AbortController
  readonly followed: FollowedCall
  /** Asks everything again that led to the permit. */
  readonly again: () => Permit | Refusal
}

/** One call of the target. */
type Attempt = {
  readonly permit: Permit
  readonly outcome: Outcome
  /** Writes the outcome down, once. */
  readonly record: (facts: OutcomeFacts) => void
  /** Gives its place at the target back, once. */
  readonly leave: () => void
}

type Input = CallEnvelope['input']

const MOST_ROUNDS = 8

/**
 * The call has its place in the budgets already; it is given back here. It is followed from here on: its permit may go
 * while it waits for the disk or for the target.
 */
export async function carryOut(
  parts: PipelineParts,
  exchange: Named,
  permit: Permit,
  again: () => Permit | Refusal,
): Promise<void> {
  const cancel = cancellation(exchange)
  const forget = parts.sessions.underWay.begin(exchange.inbound, cancel)
  const followed = parts.streams.follow(permit, () => cancel.abort())
  const call = { parts, exchange, cancel, followed, again }
  try {
    const input = parts.input.broughtBack(permit, exchange.inbound)
    const attempt = await tryTarget(call, permit, input)
    if (isRefusal(attempt)) return say(parts, exchange, attempt)
    await deliver(call, attempt).finally(attempt.leave)
  } finally {
    forget()
    followed.close()
  }
}

/** A place at the target, before the intent: what a breaker or a full target turns away is a refusal and no call. */
async function tryTarget(
  call: Call,
  permit: Permit,
  input: Input | Refusal,
): Promise<Attempt | Refusal> {
  const { parts, cancel } = call
  let pass: Pass | undefined
  let left = false
  const leave = (): void => {
    if (left) return
    left = true
    pass?.leave()
    parts.budgets.leave(permit.entry)
  }
  let attempt: Pick<Attempt, 'outcome' | 'record'> | Refusal | undefined
  try {
    if (input !== undefined && isRefusal(input)) return input
    const obtained = parts.obtain(permit)
    const credential = obtained instanceof Promise ? await obtained : obtained
    const entered = parts.gates.enter(permit.entry.target, credential, cancel.signal)
    const place = entered instanceof Promise ? await entered : entered
    if (isRefusal(place)) return place
    pass = place
    attempt = await send(call, permit, credential, input)
    if (isRefusal(attempt)) return attempt
    pass.saw(attempt.outcome)
    return { ...attempt, permit, leave }
  } finally {
    if (attempt === undefined || isRefusal(attempt)) leave()
  }
}

async function send(
  { parts, exchange, cancel, followed }: Call,
  permit: Permit,
  credential: Credential,
  input: Input,
): Promise<Pick<Attempt, 'outcome' | 'record'> | Refusal> {
  const { inbound, head, requestId } = exchange
  const connector = parts.connectors.get(permit.entry.target)
  if (!connector)
    throw new Fault('gateway.internal', `no connector for target ${permit.entry.target}`)
  const trace = exchange.trace && spanBelow(exchange.trace)
  const traceId = trace?.traceId
  const sequence = await parts.audit.intent(permit, credential, head.peerAddress, traceId)

  const calledMs = parts.clock.monotonicMs()
  if (followed.isGone()) cancel.abort()
  let recorded = false
  const record = (facts: OutcomeFacts): void => {
    if (recorded) return
    recorded = true
    parts.audit.outcome(sequence, requestId, facts, parts.clock.monotonicMs() - calledMs)
    if (trace !== undefined) parts.traces.ended(trace, calledMs, targetSpan(permit, facts))
  }
  const disabled = parts.switches.ofPermit(permit)
  if (disabled !== undefined) {
    record(NOT_SENT)
    return disabled
  }
  const envelope: CallEnvelope = {
    method: callMethodOf(inbound.method),
    id: inbound.id ?? '',
    meta: withTrace(parts.input.offered(permit.entry.target, inbound.meta), trace),
    protocolVersion: inbound.protocolVersion,
    paramHeaders: undeclaredParamHeaders(inbound, permit.entry),
    room: roomFor(parts, exchange, permit),
    ...(inbound.session === undefined ? {} : { session: inbound.session.name }),
    ...(input === undefined ? {} : { input }),
  }
  const called = await connector
    .call(permit, credential, envelope, cancel.signal)
    .catch((error: unknown) => {
      // A connector does not reject; should it, whether the target acted is not known, and that is recorded.
      record(UNCLEAR)
      throw error
    })
  const outcome = parts.input.ofClient(inbound, called)
  return { outcome: inbound.method === 'resources/read' ? privately(outcome) : outcome, record }
}

/** The call of the target within the trace of its exchange. */
function targetSpan({ entry }: Permit, facts: OutcomeFacts): Parameters<Traces['ended']>[2] {
  return {
    name: `call ${entry.target}`,
    kind: 'client',
    failed: facts.class !== 'ok' && facts.class !== 'input_required',
    attributes: {
      'sallyport.target': entry.target,
      'sallyport.outcome': facts.class,
      'http.response.status_code': facts.status,
    },
  }
}

/** Until the client has its answer, or has gone. */
function roomFor(parts: PipelineParts, { response }: Exchange, { identity }: Permit): Room {
  const room = parts.largeAnswers.room(identity.principal.fingerprint)
  if (response.destroyed) room.leave()
  else response.once('close', room.leave)
  return room
}

async function deliver(call: Call, attempt: Attempt): Promise<void> {
  const { parts, exchange } = call
  const { outcome, permit, record } = attempt
  const { wire, response, inbound } = exchange
  if (outcome.kind === 'stream' || (outcome.kind === 'input' && wire.carriesRequests)) {
    return stream(call, attempt)
  }
  record(outcome.facts)
  switch (outcome.kind) {
    case 'result':
      wire.result(response, outcome.body, wireContext(parts, exchange))
      return parts.observe(exchange, { code: outcome.facts.class, answer: outcome.body })
    case 'refused':
      return say(parts, exchange, outcome.refusal)
    case 'input': {
      const question = parts.input.ask(permit, inbound, outcome)
      if (isRefusal(question)) return say(parts, exchange, question)
      return reply(parts, exchange, question, 'input_required')
    }
  }
}

/** Events pass one by one; the stream has an end, and each attempt on it a record. */
async function stream(call: Call, first: Attempt): Promise<void> {
  const { parts, exchange, cancel, followed } = call
  const { wire, response } = exchange
  followed.streams()
  const latest = { attempt: first }
  try {
    await wire.stream(response, conversation(call, latest), wireContext(parts, exchange))
  } finally {
    cancel.abort()
    const { outcome, record, leave } = latest.attempt
    const { facts } = outcome.kind === 'stream' ? await outcome.ended : outcome
    record(facts)
    leave()
    parts.observe(exchange, { code: facts.class })
  }
}

/** What passed on the way, then how it ended: a stream without a response still says why. */
async function* conversation(
  call: Call,
  latest: { attempt: Attempt },
): AsyncGenerator<Buffer, void, undefined> {
  const { parts, exchange, cancel } = call
  const { wire, inbound } = exchange
  const context = wireContext(parts, exchange)
  const last = (refusal: Refusal): Buffer => {
    recordRefusal(parts, exchange, refusal)
    return wire.lastRefusal(refusal, context)
  }
  for (let round = 1; ; round += 1) {
    const { outcome, permit, record, leave } = latest.attempt
    if (outcome.kind === 'stream') yield* outcome.messages
    const final = outcome.kind === 'stream' ? await outcome.ended : outcome
    if (final.kind === 'result') return yield wire.lastResult(final.body, context)
    if (final.kind === 'refused') return yield wire.lastRefusal(final.refusal, context)
    if (!wire.carriesRequests) {
      const question = parts.input.ask(permit, inbound, final)
      if (isRefusal(question)) return yield last(question)
      return yield wire.lastOwn(question, context)
    }
    // A person may take minutes: the target is free for others meanwhile.
    record(final.facts)
    leave()
    const questions =
      round > MOST_ROUNDS ? TOO_OFTEN : parts.input.put(permit, inbound, final, cancel.signal)
    if (isRefusal(questions)) return yield last(questions)
    yield* questions.messages
    const answers = await questions.answers
    const next = isRefusal(answers) ? answers : await comeBack(call, permit, final, answers)
    if (isRefusal(next)) return yield last(next)
    latest.attempt = next
  }
}

/** Decided and limited like any other call; what was approved once for this very exchange stays so. */
function comeBack(
  call: Call,
  former: Permit,
  { state }: InputOutcome,
  { responses }: Pick<NonNullable<Input>, 'responses'>,
): Promise<Attempt | Refusal> | Refusal {
  const decided = call.again()
  const approved = former.decision.approval !== undefined && needsApproval(decided)
  const permit = approved ? former : decided
  if (isRefusal(permit)) return permit
  const spent = call.parts.budgets.ofCall(permit.identity, permit.entry)
  return spent ?? tryTarget(call, permit, { responses, state })
}

const TOO_OFTEN = refuse('call.input_required', {
  seen: `the target asks more than ${MOST_ROUNDS} times`,
  reason: `the target asked more than ${MOST_ROUNDS} times`,
})

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
const NOT_SENT = withoutAnswer('cancelled')
const UNCLEAR = withoutAnswer('unclear')
