// The parameters of `tools/call` (MCP 2026-07-28, server/tools): untrusted to typed. Whether there is such a
// tool and whether it may be called is for others.
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonObject } from '../json/value.ts'
import { refuse, type Refusal } from '../refusal.ts'
import type { Inbound } from './inbound.ts'

export type ToolCall = { readonly name: string; readonly args: JsonObject }

export function readToolCall(inbound: Inbound): ToolCall | Refusal {
  const { name, arguments: args = {} } = inbound.params
  if (typeof name !== 'string') return refuse('in.invalid_params', { seen: '`name` is no string' })
  if (!isJsonObject(args)) return refuse('in.invalid_params', { seen: '`arguments` is no object' })
  return { name, args }
}
