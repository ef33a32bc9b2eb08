// The names of the AgentCore shape (policy-audit §1.2), so that policies travel to AWS and back:
// namespace, principal types, the one resource type, action groups. Machine clients have a type of their
// own, because their ids must be disjoint from people's (RFC 9700 §4.15, attacks O-28).

export const NAMESPACE = 'AgentCore'
export const PERSON_TYPE = 'AgentCore::OAuthUser'
export const CLIENT_TYPE = 'AgentCore::OAuthClient'
export const GATEWAY_TYPE = 'AgentCore::Gateway'
export const ACTION_TYPE = 'AgentCore::Action'
export const NULL_TYPE = 'AgentCore::Null'
export const UNKNOWN_TYPE = 'AgentCore::Unknown'

/** Every action is in one of these, and all of these are in `EVERY_GROUP`. Only the first is AgentCore's too. */
export const GROUPS = ['CallTool', 'GetPrompt', 'ReadResource'] as const
export type Group = (typeof GROUPS)[number]
export const EVERY_GROUP = 'Mcp'

const SEPARATOR = '___'

/** By the name alone: no name of a tool has a colon (policy-audit §1.2). */
export function groupOf(qualifiedName: string): Group {
  const colon = qualifiedName.indexOf(':')
  if (colon < 0) return 'CallTool'
  if (qualifiedName.startsWith(PROMPT, colon - PROMPT.length + 1)) return 'GetPrompt'
  return qualifiedName.endsWith(READ) ? 'ReadResource' : 'CallTool'
}

const PROMPT = `${SEPARATOR}prompt:`
const READ = `${SEPARATOR}resource:read`

/** What it is, for people: `tool`, `prompt` or `resource`. */
export function kindOf(qualifiedName: string): 'tool' | 'prompt' | 'resource' {
  return KINDS[groupOf(qualifiedName)]
}

const KINDS = { CallTool: 'tool', GetPrompt: 'prompt', ReadResource: 'resource' } as const

/** The target in `<target>___<tool>`; `undefined` where the name has no target. */
export function targetOf(qualifiedName: string): string | undefined {
  const end = qualifiedName.indexOf(SEPARATOR)
  return end < 1 ? undefined : qualifiedName.slice(0, end)
}

/** A Cedar identifier for the types of a tool. Action ids are strings and keep the qualified name as it is. */
export function identifierOf(qualifiedName: string): string {
  return qualifiedName.replace(/^(?=\d)|[^A-Za-z0-9_]/g, '_')
}

/** `A::B::c` to its namespace `A::B` and its own name `c`. */
export function splitName(name: string): { readonly namespace: string; readonly own: string } {
  const at = name.lastIndexOf('::')
  return { namespace: name.slice(0, at), own: name.slice(at + 2) }
}
