// What a call asks for, by its method: the qualified name that policies know, its kind, and the arguments that are decided
// on and sent. A part of the pipeline (pipeline.ts); nothing is decided here.
import type { CallMethod } from './call/connector.ts'
import type { EntryKind } from './catalogue/entry.ts'
import type { Resources } from './catalogue/offers/owners.ts'
import type { Exchange, PipelineParts, Understood } from './exchange.ts'
import {
  readCompletionRequest,
  readPromptRequest,
  readResourceRequest,
} from './in/offer-requests.ts'
import { readToolCall } from './in/tool-call.ts'
import type { JsonObject } from './json/value.ts'
import { qualify, qualifyPrompt, qualifyReading } from './mcp/names.ts'
import { isRefusal, refuse, type Refusal } from './refusal.ts'

export type Asked = {
  /** Qualified; of what there is not, a name that nothing has. */
  readonly tool: string
  readonly kind: EntryKind
  readonly args: JsonObject
}

export function askedBy({ inbound, head }: Understood, resources: Resources): Asked | Refusal {
  const { target } = head.route
  switch (inbound.method) {
    case 'prompts/get': {
      const asked = readPromptRequest(inbound)
      if (isRefusal(asked)) return asked
      const { qualified } = qualifyPrompt(target, asked.name)
      return { tool: qualified, kind: 'prompt', args: asked.args }
    }
    case 'resources/read': {
      const uri = readResourceRequest(inbound)
      if (typeof uri !== 'string') return uri
      const tool = qualifyReading(resources.ownerOf(uri, target))
      return { tool, kind: 'resource', args: { uri } }
    }
    case 'completion/complete':
      return completionAsked(inbound, target, resources)
    default: {
      const asked = readToolCall(inbound)
      if (isRefusal(asked)) return asked
      return { tool: qualify(target, asked.name), kind: 'tool', args: asked.args }
    }
  }
}

/** Of a method that calls a target; whatever is no other one is a call of a tool. */
export function callMethodOf(method: string): CallMethod {
  switch (method) {
    case 'prompts/get':
    case 'resources/read':
    case 'completion/complete':
      return method
    default:
      return 'tools/call'
  }
}

/** A completion is one of its prompt or template: the reference goes on with the target's own name. */
function completionAsked(
  inbound: Understood['inbound'],
  target: string | undefined,
  resources: Resources,
): Asked | Refusal {
  const asked = readCompletionRequest(inbound)
  if (isRefusal(asked)) return asked
  const { of, rest } = asked
  if (of.type === 'ref/prompt') {
    const { qualified, bare } = qualifyPrompt(target, of.name)
    return { tool: qualified, kind: 'prompt', args: { ref: { ...of, name: bare }, ...rest } }
  }
  const tool = qualifyReading(resources.completedBy(of.uri, target))
  return { tool, kind: 'resource', args: { ref: of, ...rest } }
}

/** An interface that tools name is nothing to whoever may see none of them (protocol §5). */
export function mayShow(
  { authorize, resources }: PipelineParts,
  { identity }: Exchange,
  target: string,
  uri: string,
): boolean {
  if (identity === undefined || !uri.startsWith('ui:')) return true
  const named = resources().namedBy(target, uri)
  return named.length === 0 || named.some((tool) => !isRefusal(authorize.see(identity, tool)))
}

/** What the checks of a resource say beyond policy; `undefined`: nothing. */
export function checkInterface(
  parts: PipelineParts,
  exchange: Exchange,
  target: string,
  args: JsonObject,
): Refusal | undefined {
  const { uri } = args
  if (typeof uri !== 'string' || mayShow(parts, exchange, target, uri)) return undefined
  return refuse('authorize.no_such_resource', {
    actual: 'authorize.denied',
    reason: 'hidden: none of the tools that name this interface may be seen',
  })
}

/** A URI of nobody costs what one costs that is denied, so that neither can be told by the time (attacks M-10). */
export function costAsMuch(
  { authorize }: PipelineParts,
  { identity, head, requestId }: Understood,
  args: JsonObject,
): void {
  const list = authorize.visible(identity, head.route.target, 'resource')
  const [some] = list instanceof Promise ? [] : list.entries
  if (some !== undefined) authorize.decide(identity, some, args, requestId, head.peerAddress)
}
