// A token that says it is not signed is refused, however it spells that and whatever stands for the signature.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { encode } from '../support/issuer.ts'
import { present } from '../support/present.ts'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway()
})
afterAll(() => world.stop())

const SPELLINGS = ['none', 'None', 'nOnE', 'NONE']

/** The issuer's own claims under another header, with this text as signature. */
function unsigned(alg: string, signature: string): string {
  const [, claims] = world.token().split('.')
  return `${encode({ alg, typ: 'at+jwt', kid: world.issuer.key.kid })}.${claims}.${signature}`
}

test.each(SPELLINGS)('J-01 RFC 8725 §3.1: alg %s without a signature is refused', async (alg) => {
  expect(await present(world, unsigned(alg, ''))).toMatchObject({ status: 401 })
})

test.each(SPELLINGS)('J-01 RFC 8725 §3.1: alg %s beside some signature is refused', async (alg) => {
  expect(await present(world, unsigned(alg, 'AAAA'))).toEqual({
    status: 401,
    code: 'identify.unacceptable_algorithm',
  })
})

test('J-01 RFC 7515 §5.2: an empty signature under a real algorithm is refused', async () => {
  const [header, claims] = world.token().split('.')
  expect(await present(world, `${header}.${claims}.`)).toMatchObject({ status: 401 })
  expect(await present(world, `${header}.${claims}`)).toMatchObject({ status: 401 })
})

test('J-01 MCP 2026-07-28: nothing of all this reaches the target', async () => {
  const before = world.callsAtTarget().length
  await present(world, unsigned('none', ''))
  expect(world.callsAtTarget()).toHaveLength(before)
})

test('J-01 control: the same claims with their signature get an answer', async () => {
  expect(await present(world, world.token())).toEqual({ status: 200, code: undefined })
})
