// Products → frames. Only what the request thread must do: text that is made once per object, lengths, the clock.
import type { Permit } from '../authorize/permit.ts'
import type { OutcomeFacts } from '../call/outcome.ts'
import type { Credential } from '../credential/credential.ts'
import type { Identity } from '../identify/identity.ts'
import type { Clock } from '../system/clock.ts'
import { LARGE_PART, type FrameToPut } from './channel.ts'
import { credentialText, decisionText, keptText, toolText, whoText } from './describe.ts'
import { FRAME } from './frames.ts'
import { plainText, plainValue } from './plain-text.ts'
import type { AboutPerson, RecordKind, RefusedCall } from './record.ts'

export type RecordFields = {
  readonly requestId?: string | undefined
  readonly traceId?: string | undefined
  readonly identity?: Identity | undefined
  readonly peerAddress?: string | undefined
  readonly about?: AboutPerson | undefined
  readonly call?: RefusedCall | undefined
}

export type Frames = {
  readonly intent: (
    permit: Permit,
    credential: Credential,
    peerAddress: string,
    traceId: string | undefined,
  ) => FrameToPut
  readonly outcome: (
    intentSequence: number,
    requestId: string,
    facts: OutcomeFacts,
    durationMs: number,
    reason?: string,
  ) => FrameToPut
  /** Members of any shape: what JSON has no form for becomes text. */
  readonly record: (
    kind: RecordKind,
    fields: RecordFields,
    members: Readonly<Record<string, unknown>>,
  ) => FrameToPut
  readonly close: () => FrameToPut
}

const MAX_ID = 256
const MAX_TEXT = 1024
/** Larger results are recorded without a digest. */
const MAX_DIGESTED_BYTES = 32 * 1024 * 1024

export function createFrames({ wallMs, monotonicMs }: Clock): Frames {
  return {
    intent: (permit, credential, peerAddress, traceId) => {
      const { argsJson } = permit
      const large = argsJson.length > LARGE_PART
      return {
        kind: FRAME.intent,
        numbers: [wallMs(), monotonicMs()],
        // The order is that of INTENT (parts.ts).
        parts: [
          whoText(permit.identity),
          toolText(permit.entry),
          keptText(permit.entry),
          decisionText(permit.decision),
          credentialText(credential),
          permit.requestId,
          traceId ?? '',
          peerAddress,
          large ? undefined : argsJson,
        ],
        ...(large ? { large: argsJson } : {}),
      }
    },

    outcome: (intentSequence, requestId, facts, durationMs, reason = '') => {
      const { result, resultBytes, status = 0, targetRequestId = '' } = facts
      const digested = result !== undefined && result.length <= MAX_DIGESTED_BYTES
      const large = digested && result.length > LARGE_PART
      const id = targetRequestId === '' ? '' : plainText(targetRequestId, MAX_ID)
      const frame = {
        kind: FRAME.outcome,
        numbers: [wallMs(), monotonicMs(), intentSequence, durationMs, status, resultBytes],
      }
      const parts = [facts.class, requestId, id, reason]
      if (!digested) return { ...frame, parts: [...parts, ''] }
      if (!large) return { ...frame, parts, last: result }
      // A copy: the body may be a view of a pool, and it is still to be sent.
      return { ...frame, parts: [...parts, undefined], large: new Uint8Array(result) }
    },

    record: (kind, { requestId, traceId, identity, peerAddress, about, call }, members) => {
      const body = JSON.stringify(plainValue(members, MAX_TEXT))
      const large = body.length > LARGE_PART
      const args = call === undefined ? '' : JSON.stringify(call.args)
      return {
        kind: FRAME.record,
        numbers: [wallMs(), monotonicMs()],
        // The order is that of RECORD (parts.ts).
        parts: [
          kind,
          requestId ?? '',
          traceId ?? '',
          identity === undefined ? '' : whoText(identity),
          peerAddress ?? '',
          about === undefined ? '' : JSON.stringify(about),
          large ? undefined : body,
          // Of what does not fit into the ring nothing is kept: the call was not made.
          args.length > LARGE_PART ? '' : args,
          call === undefined ? '' : JSON.stringify(call.auditPaths),
        ],
        ...(large ? { large: body } : {}),
      }
    },

    close: () => ({ kind: FRAME.close, numbers: [wallMs(), monotonicMs()], parts: [] }),
  }
}
