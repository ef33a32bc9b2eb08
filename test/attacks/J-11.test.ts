// Claims named like members of Object.prototype are names like any other: nothing is inherited from them, and
// nothing that everybody inherits is taken for a claim.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { present, resign } from '../support/present.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const GROUPS = '{"groups":["settlement-analysts"],"admin":true}'

/** Alice without her groups, and this member in their place. */
const withMember = (member: string) =>
  resign(world.issuer.key, world.token({ claims: { groups: undefined } }), {
    claims: (text) => text.replace(/^\{/, `{${member},`),
  })

test.each([
  `"__proto__":${GROUPS}`,
  `"\\u005f_proto__":${GROUPS}`,
  `"constructor":{"prototype":${GROUPS}}`,
  `"prototype":${GROUPS}`,
])('J-11 CWE-1321: claims under %s are inherited by nobody', async (member) => {
  // Without the group she sees no tool, so there is none of this name.
  expect(await present(world, withMember(member))).toEqual({
    status: 200,
    code: 'authorize.no_such_tool',
  })
})

test('J-11 CWE-1321: what the claims said is nowhere on Object.prototype', async () => {
  await present(world, withMember(`"__proto__":${GROUPS}`))
  await present(world, withMember(`"constructor":{"prototype":${GROUPS}}`))
  expect(Object.hasOwn(Object.prototype, 'groups')).toBe(false)
  expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
})

test.each(['"__proto__":null', '"constructor":7', '"hasOwnProperty":"x"', '"toString":null'])(
  'J-11 control: %s beside real groups does no harm',
  async (member) => {
    const token = resign(world.issuer.key, world.token(), {
      claims: (text) => text.replace(/^\{/, `{${member},`),
    })
    expect(await present(world, token)).toEqual({ status: 200, code: undefined })
  },
)
