// W3C Trace Context (Level 2) as it comes from a client and goes on to a target, in a header and in `_meta` (SEP-414). What
// does not follow the rules to the letter is no context: it is neither used nor passed on. Nothing is decided by it.
import type { JsonObject, JsonValue } from '../json/value.ts'
import { randomId } from '../system/ids.ts'

/** One span of ours within a trace. */
export type Trace = {
  /** 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits. */
  readonly spanId: string
  /** `undefined`: the trace begins here. */
  readonly parentId: string | undefined
  readonly sampled: boolean
  /** What vendors before us wrote, passed on as it is. */
  readonly state: string | undefined
}

type Received = Omit<Trace, 'spanId' | 'parentId'> & { readonly parentId: string }

const PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const NOTHING = /^0+$/
const MAX_STATE = 512
const MAX_MEMBERS = 32
/** §3.3.1.3.1, with the keys of several tenants. */
const KEY = /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})$/
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/**
 * What the client says of its trace. Where header and `_meta` name the same trace, the header is the nearer one: whoever
 * stands between wrote itself into it. Where they differ, `_meta` is the client's own.
 */
export function receivedTrace(
  headers: ReadonlyMap<string, string>,
  meta: JsonObject,
): Received | undefined {
  const own = contextOf(meta['traceparent'], meta['tracestate'])
  const near = contextOf(headers.get('traceparent'), headers.get('tracestate'))
  if (own === undefined || near === undefined) return own ?? near
  return own.traceId === near.traceId ? near : own
}

/** A span of ours below what was received, or below another of ours. */
export function spanBelow({ traceId, sampled, state, ...of }: Received | Trace): Trace {
  const parentId = 'spanId' in of ? of.spanId : of.parentId
  return { traceId, spanId: newSpanId(), parentId, sampled, state }
}

export function newTrace(sampled: boolean): Trace {
  const traceId = randomId()
  return { traceId, spanId: newSpanId(), parentId: undefined, sampled, state: undefined }
}

/** `_meta` as it goes on: with this context, and with no other one. */
export function withTrace(meta: JsonObject, trace: Trace | undefined): JsonObject {
  if (trace === undefined && !('traceparent' in meta) && !('tracestate' in meta)) return meta
  const { traceparent: _parent, tracestate: _state, ...rest } = meta
  if (trace === undefined) return rest
  const { state } = trace
  const traceparent = traceparentOf(trace)
  return { ...rest, traceparent, ...(state === undefined ? {} : { tracestate: state }) }
}

/** The headers of a request to a target, out of the `_meta` that goes with it. */
export function traceHeaders(meta: JsonObject): readonly string[] {
  const { traceparent, tracestate } = meta
  if (typeof traceparent !== 'string') return []
  const state = typeof tracestate === 'string' ? ['tracestate', tracestate] : []
  return ['traceparent', traceparent, ...state]
}

function traceparentOf({ traceId, spanId, sampled }: Trace): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`
}

function contextOf(
  parent: JsonValue | undefined,
  state: JsonValue | undefined,
): Received | undefined {
  if (typeof parent !== 'string' || parent.length > MAX_STATE) return undefined
  const [, version, traceId = '', parentId = '', flags = '', more] = PARENT.exec(parent) ?? []
  // MUST (§2.2.2): version ff is none; of version 00 there is nothing behind the flags.
  if (version === undefined || version === 'ff') return undefined
  if (version === '00' && more !== undefined) return undefined
  // MUST (§2.2.2): ids of zeros alone are none.
  if (NOTHING.test(traceId) || NOTHING.test(parentId)) return undefined
  const sampled = (Number.parseInt(flags, 16) & 1) === 1
  return { traceId, parentId, sampled, state: stateOf(state) }
}

/** A list that breaks a rule is dropped as a whole; the context stays (§2.3). */
function stateOf(state: JsonValue | undefined): string | undefined {
  if (typeof state !== 'string' || state.length > MAX_STATE) return undefined
  const members = state
    .split(',')
    .map((member) => member.replaceAll(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '')
  const keys = new Set<string>()
  for (const member of members) {
    const at = member.indexOf('=')
    const key = member.slice(0, at)
    if (at < 0 || !KEY.test(key) || !VALUE.test(member.slice(at + 1)) || keys.has(key)) {
      return undefined
    }
    keys.add(key)
  }
  return keys.size === 0 || keys.size > MAX_MEMBERS ? undefined : members.join(',')
}

function newSpanId(): string {
  const id = randomId().slice(0, 16)
  return NOTHING.test(id) ? newSpanId() : id
}
