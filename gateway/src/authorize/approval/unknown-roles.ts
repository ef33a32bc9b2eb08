// Operator file: policies that ask for the approval of somebody with a role that the configuration does not name. Nobody
// can approve such a call; it is no mistake of the policy alone, so it is said and refuses nothing.
import type { Finding } from '../finding.ts'
import type { PolicyFile } from '../policy-files.ts'
import { parsePolicies, type Policy } from '../policy.ts'
import { approvalRule } from './annotation.ts'

type Annotated = Pick<Policy, 'id' | 'file' | 'line' | 'column' | 'effect' | 'annotations'>

/** `roles`: those of `operators.roles`. */
export function unknownRoles(
  policies: readonly Annotated[],
  roles: ReadonlySet<string>,
): readonly Finding[] {
  return policies.flatMap((policy) => {
    const rule = approvalRule(policy)
    if (typeof rule !== 'object' || roles.has(rule.role)) return []
    const { id, file, line, column } = policy
    const text = `nobody can approve: the role \`${rule.role}\` is not in \`operators.roles\` of the configuration`
    return [{ file, line, column, text, policy: id }]
  })
}

/** The same of files; policies that cannot be read are somebody else's finding. */
export function unknownRolesIn(
  files: readonly PolicyFile[],
  roles: ReadonlySet<string>,
): readonly Finding[] {
  // Most sets ask for no approval, and parsing a large one takes its time.
  const asking = files.filter(({ text }) => text.includes('@approval'))
  return unknownRoles(parsePolicies(asking).policies, roles)
}
