// Which actions the action scope of a policy can match: tools, prompts and resources, groups and unconstrained scopes
// included (policy-audit §1.2, §1.3). Slices are made of this, so it must never leave out a policy that applies.
import type { EntityUidJson, PolicyJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs'
import { ACTION_TYPE, EVERY_GROUP, groupOf, GROUPS, type Group } from './names.ts'

type OneAction = { readonly entity: EntityUidJson }

export type ActionScope = {
  /** It holds for every action of some group. */
  readonly any: boolean
  readonly groups: readonly Group[]
  /** Beside those of the groups. */
  readonly named: readonly string[]
}

export function actionScope({ action }: PolicyJson): ActionScope {
  if (action.op === 'All') return { any: true, groups: GROUPS, named: [] }
  // A slot would be a template, and those do not parse as policies.
  const uids = 'entities' in action ? action.entities : [(action as OneAction).entity]
  const names = uids.map(nameOf)
  // `action == CallTool` is the group itself and never a tool; `action in CallTool` is every tool.
  if (action.op === '==') return { any: false, groups: [], named: names }
  const every = names.includes(EVERY_GROUP)
  const groups = GROUPS.filter((group) => every || names.includes(group))
  const named = names.filter((name) => name !== EVERY_GROUP && !isGroup(name))
  return { any: groups.length > 0, groups, named }
}

export function canMatch({ groups, named }: ActionScope, action: string): boolean {
  return groups.includes(groupOf(action)) || named.includes(action)
}

function isGroup(name: string): boolean {
  return (GROUPS as readonly string[]).includes(name)
}

/** The id of an action of ours; an entity of any other type keeps its type and matches nothing. */
function nameOf(uid: EntityUidJson): string {
  const { type, id } = uid as TypeAndId
  return type === ACTION_TYPE ? id : `${type}::${JSON.stringify(id)}`
}
