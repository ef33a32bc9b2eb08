// The headers that mirror a message (SEP-2243) against the message: the modern era must send them, the old one knows
// nothing of them, but whoever sends them there must mirror all the same, or a hop that routes or meters by them would
// see another call than the one that is decided on (attacks M-01).
import type { RpcId } from '../json/value.ts'
import type { Refusal } from '../refusal.ts'
import { mismatch, type Message } from './envelope.ts'
import type { Head } from './inbound.ts'
import { decodeMirror } from './mirror.ts'

/** A mirrored header, `Mcp-Param-*` aside, that came more than once. */
export function repeatedMirror(head: Head, id: RpcId | undefined): Refusal | undefined {
  for (const name of head.repeatedMirrors ?? []) {
    if (!name.startsWith('mcp-param-')) return mismatch(`\`${name}\` more than once`, id)
  }
  return undefined
}

/** `Mcp-Method` and `Mcp-Name` against the body; `undefined`: they agree. */
export function differingMirror(
  { headers }: Head,
  { id, method, params }: Message,
  presence: 'required' | 'optional',
): Refusal | undefined {
  const isRequest = id !== undefined
  const isRequired = isRequest && presence === 'required'
  const methodHeader = headers.get('mcp-method')
  if (methodHeader !== undefined ? methodHeader !== method : isRequired) {
    return mismatch('`Mcp-Method` is missing or differs from the body', id)
  }
  const named = isRequest ? NAMED_BY.get(method) : undefined
  if (named === undefined) return undefined
  const name = params[named]
  const nameHeader = headers.get('mcp-name')
  if (nameHeader === undefined && !isRequired) return undefined
  const decoded = nameHeader === undefined ? undefined : decodeMirror(nameHeader)
  // Where the body lacks the name, the method's own checks say so.
  if (typeof name === 'string' ? decoded !== name : nameHeader !== undefined && !decoded) {
    return mismatch('`Mcp-Name` is missing, malformed or differs from the body', id)
  }
  return undefined
}

/** The member of `params` that `Mcp-Name` mirrors (SEP-2243, SEP-2663). */
const NAMED_BY: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
])

const NONE: ReadonlyMap<string, string> = new Map()

export function paramHeaders(headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  let found: Map<string, string> | undefined
  for (const [name, value] of headers) {
    if (!name.startsWith('mcp-param-')) continue
    found ??= new Map()
    found.set(name, value)
  }
  return found ?? NONE
}
