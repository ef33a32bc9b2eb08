// Which tools the action scope of a policy can match: groups and unconstrained scopes included
// (policy-audit §1.3). Slices are made of this, so it must never leave out a policy that applies.
import type { EntityUidJson, PolicyJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs'
import { ACTION_TYPE, TOOL_GROUPS } from './names.ts'

type OneAction = { readonly entity: EntityUidJson }

export type ActionScope =
  /** Any tool: no constraint, or a group that holds all tools. */
  | { readonly any: true; readonly named: readonly string[] }
  /** The named tools alone. */
  | { readonly any: false; readonly named: readonly string[] }

export function actionScope({ action }: PolicyJson): ActionScope {
  if (action.op === 'All') return { any: true, named: [] }
  // A slot would be a template, and those do not parse as policies.
  const uids = 'entities' in action ? action.entities : [(action as OneAction).entity]
  const names = uids.map(nameOf)
  // `action == CallTool` is the group itself and never a tool; `action in CallTool` is every tool.
  if (action.op === '==') return { any: false, named: names }
  return {
    any: names.some((name) => TOOL_GROUPS.includes(name)),
    named: names.filter((name) => !TOOL_GROUPS.includes(name)),
  }
}

export function canMatch(scope: ActionScope, action: string): boolean {
  return scope.any || scope.named.includes(action)
}

/** The id of an action of ours; an entity of any other type keeps its type and matches nothing. */
function nameOf(uid: EntityUidJson): string {
  const { type, id } = uid as TypeAndId
  return type === ACTION_TYPE ? id : `${type}::${JSON.stringify(id)}`
}
