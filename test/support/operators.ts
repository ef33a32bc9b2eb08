// People with a role at a test gateway, and their orders.
import type { TestGateway } from './gateway.ts'
import { order } from './operator.ts'

/** Members of the configuration: the values of the tag `groups` that give each role. */
export const OPERATORS =
  'operators: { claim: groups, roles: { admin: [gate-admins], approver: [gate-approvers] } }'

export function adminToken(world: Pick<TestGateway, 'token'>, more: object = {}): string {
  return world.token({
    claims: { sub: 'root', client_id: 'ops', groups: ['gate-admins'], ...more },
  })
}

type Named = { readonly name?: string; readonly issuer?: string; readonly anyway?: boolean }

/** `disable` or `enable` by an admin; the answer of the socket. */
export function switchOrder(
  world: TestGateway,
  verb: 'disable' | 'enable',
  what: string,
  named: Named & { readonly token?: string } = {},
) {
  const body = { what, reason: 'a test', token: adminToken(world), ...named }
  return order(world, `/${verb}`, body)
}
