// `__entity`, `__extn` and `__expr` are the policy engine's own notation: as member names in arguments they are refused
// wherever they stand, and values reach the engine by their declared types alone.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EVERY_TOOL } from '../support/change.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { callText, post } from '../support/post.ts'
import { codeOf } from '../support/present.ts'

const POLICIES = `${EVERY_TOOL}
forbid (principal, action == AgentCore::Action::"records___read_record", resource)
when { context.input.id > 100 };

forbid (principal, action == AgentCore::Action::"records___write_record", resource)
when { context.input has note && context.input.note like "*secret*" };
`

let world: TestGateway
/** Its policies deny nothing: how arguments are read is no matter of policy. */
let logging: TestGateway
beforeAll(async () => {
  world = await startTestGateway({ policies: POLICIES })
  logging = await startTestGateway({ policies: POLICIES, targetSettings: 'mode: LOG_ONLY' })
})
afterAll(async () => {
  await world.stop()
  await logging.stop()
})

async function call(name: string, args: string, at = world) {
  const before = at.callsAtTarget().length
  const answer = await post(at, { name, body: callText(name, args) })
  return [codeOf(answer), at.callsAtTarget().length - before]
}
const RESERVED = ['authorize.reserved_key', 0]
const ENTITY = '{"type":"AgentCore::OAuthUser","id":"root"}'

test.each([
  `{"__entity":${ENTITY}}`,
  `{"id":{"__entity":${ENTITY}}}`,
  '{"id":{"__extn":{"fn":"ip","arg":"127.0.0.1"}}}',
  '{"id":{"__extn":{"fn":"unknown","arg":"input"}}}',
  '{"id":{"__expr":"1 == 1"}}',
  '{"id":1,"more":[0,[{"deep":{"__expr":"true"}}]]}',
  '{"id":1,"__extn":null}',
  '{"id":1,"\\u005f_entity":1}',
  '{"id":1,"a":{"_\\u005fextn":1}}',
  '{"id":1,"a":{"\\u005f\\u005f\\u0065\\u0078\\u0070\\u0072":1}}',
])(
  'P-14 policy-audit §1.1 rule 4: %s is refused, whether a policy reads it or not',
  async (args) => {
    for (const name of ['read_record', 'write_record', 'echo']) {
      expect(await call(name, args)).toEqual(RESERVED)
      expect(await call(name, args, logging)).toEqual(RESERVED)
    }
  },
)

test.each([
  ['read_record', '{"id":"1"}'],
  ['read_record', '{"id":{"type":"Long","value":1}}'],
  ['read_record', '{"id":[1]}'],
  ['read_record', '{"id":true}'],
  ['write_record', '{"id":1,"amount":1,"note":{"type":"String"}}'],
  ['write_record', '{"id":1,"amount":1,"note":["secret"]}'],
])(
  'P-14 policy-audit §1.1 rule 3: %s with %s does not fit its declared type',
  async (name, args) => {
    for (const at of [world, logging])
      expect(await call(name, args, at)).toEqual(['authorize.inconvertible_argument', 0])
  },
)

test('P-14 control: the same letters as values, and names that are only alike, pass', async () => {
  expect(
    await call('echo', '{"a":"__entity","_entity":1,"__entity__":2,"__Extn":3,"b":["__expr"]}'),
  ).toEqual([undefined, 1])
  expect(await call('read_record', '{"id":1}')).toEqual([undefined, 1])
})
