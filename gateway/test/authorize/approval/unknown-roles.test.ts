import { expect, test } from 'vitest'
import { unknownRolesIn } from '../../../src/authorize/approval/unknown-roles.ts'
import { createAuthorize } from '../../../src/authorize/authorize.ts'
import { catalogue, files, GATEWAY, inThisThread, ISSUER, loadInto, tool } from '../world.ts'

const POLICIES = files(
  'permit(principal, action, resource);',
  `@approval("approver")
permit(principal, action, resource);

  @id("spend") @approval("treasurer")
  permit(principal, action, resource);`,
)
const FOUND = {
  file: '2.cedar',
  line: 4,
  column: 3,
  policy: '2.cedar#spend',
  text: 'nobody can approve: the role `treasurer` is not in `operators.roles` of the configuration',
}

test('policy-audit §1.5: a policy that asks for a role that nobody can have is named with file and line', () => {
  expect(unknownRolesIn(POLICIES, new Set(['approver', 'admin']))).toEqual([FOUND])
  expect(unknownRolesIn(POLICIES, new Set(['approver', 'treasurer']))).toEqual([])
  expect(unknownRolesIn(POLICIES, new Set())).toHaveLength(2)
})

test('policy-audit §1.5: such a set loads, and the load says so', async () => {
  const settings = { gatewayId: GATEWAY, homeIssuer: ISSUER, workshop: inThisThread }
  const authorize = createAuthorize({ ...settings, roles: new Set(['approver']) })
  const result = await loadInto(authorize, POLICIES, catalogue([tool('t___a')]))
  expect(result).toMatchObject({ loaded: true, unknownRoles: [FOUND] })
})
