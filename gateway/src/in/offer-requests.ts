// The parameters of `prompts/get`, `resources/read` and `completion/complete` (MCP 2026-07-28, server/prompts, resources
// and utilities/completion): untrusted to typed. Whether there is such a thing and whether it may be had is for others.
import { isJsonObject } from '../json/raw-number.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { refuse, type Refusal } from '../refusal.ts'
import type { Inbound } from './inbound.ts'

export type PromptRequest = {
  readonly name: string
  readonly args: Readonly<Record<string, string>>
}

export function readPromptRequest({ params }: Inbound): PromptRequest | Refusal {
  const { name, arguments: args = {} } = params
  if (typeof name !== 'string') return invalid('`name` is no string')
  if (!isTexts(args)) return invalid('`arguments` is no object of strings')
  return { name, args }
}

export function readResourceRequest({ params }: Inbound): string | Refusal {
  const { uri } = params
  return typeof uri === 'string' ? uri : invalid('`uri` is no string')
}

export type CompletionRequest = {
  readonly of:
    | { readonly type: 'ref/prompt'; readonly name: string }
    | { readonly type: 'ref/resource'; readonly uri: string }
  /** The rest of the parameters, as they go on. */
  readonly rest: JsonObject
}

export function readCompletionRequest({ params }: Inbound): CompletionRequest | Refusal {
  const { ref, argument, context } = params
  if (!isJsonObject(ref)) return invalid('`ref` is no object')
  if (!isJsonObject(argument)) return invalid('`argument` is no object')
  const { name, value } = argument
  if (typeof name !== 'string' || typeof value !== 'string') {
    return invalid('`argument` has no `name` or no `value`')
  }
  const known = isJsonObject(context) ? context['arguments'] : undefined
  if (known !== undefined && !isTexts(known)) {
    return invalid('`context.arguments` is no object of strings')
  }
  const rest = {
    argument: { name, value },
    ...(known === undefined ? {} : { context: { arguments: known } }),
  }
  if (ref['type'] === 'ref/prompt' && typeof ref['name'] === 'string') {
    return { of: { type: 'ref/prompt', name: ref['name'] }, rest }
  }
  if (ref['type'] === 'ref/resource' && typeof ref['uri'] === 'string') {
    return { of: { type: 'ref/resource', uri: ref['uri'] }, rest }
  }
  return invalid('`ref` is neither a prompt nor a template')
}

function isTexts(value: JsonValue): value is Readonly<Record<string, string>> {
  return isJsonObject(value) && Object.values(value).every((member) => typeof member === 'string')
}

function invalid(seen: string): Refusal {
  return refuse('in.invalid_params', { seen })
}
