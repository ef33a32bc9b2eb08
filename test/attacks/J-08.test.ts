// One issuer cannot speak for another: keys belong to an issuer, `iss` is compared byte for byte, and the tenant
// and version inside a token are those of its issuer.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEntraTenant, TENANT, type EntraTenant } from '../support/entra-tenant.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { createSigningKey, startIssuer, type TestIssuer } from '../support/issuer.ts'
import { present } from '../support/present.ts'

const OTHER_TENANT = '99999999-2222-3333-4444-555555555555'
const theirs = createSigningKey('shared-kid')
const REST = 'tags: { groups: groups }, allowInsecureIssuer: true'
let second: TestIssuer
let entra: EntraTenant
let world: TestGateway
beforeAll(async () => {
  second = await startIssuer()
  second.publish(theirs)
  entra = await startEntraTenant()
  world = await startTestGateway({
    moreIssuers: [`{ issuer: "${second.issuer}", profile: rfc9068, ${REST} }`, entra.configuration],
  })
})
afterAll(async () => {
  await world.stop()
  await second.close()
  await entra.close()
})

const ANSWERED = { status: 200, code: undefined }

test('J-08 RFC 8725 §3.8: the key of one issuer does not sign for another, whatever its kid', async () => {
  // Both issuers publish a key `test-key-1`; each is another key.
  const resource = world.resource('records')
  const forOurs = second.mint(resource, { claims: { iss: world.issuer.issuer } })
  const forTheirs = world.token({ claims: { iss: second.issuer } })
  for (const token of [forOurs, forTheirs]) {
    expect(await present(world, token)).toEqual({ status: 401, code: 'identify.bad_signature' })
  }
})

test('J-08 RFC 8725 §3.8: a kid that one issuer alone publishes is unknown under the other', async () => {
  const token = world.token({ key: theirs })
  expect(await present(world, token)).toEqual({ status: 401, code: 'identify.unknown_key' })
})

test.each([
  ['a slash at its end', (issuer: string) => `${issuer}/`],
  ['another case', (issuer: string) => issuer.toUpperCase()],
  ['another scheme', (issuer: string) => issuer.replace('http:', 'https:')],
  ['a path', (issuer: string) => `${issuer}/v2.0`],
  ['another name of the host', (issuer: string) => issuer.replace('127.0.0.1', 'localhost')],
  ['nothing', () => undefined],
  ['an array', (issuer: string) => [issuer]],
] as const)('J-08 RFC 9068 §4: iss with %s is another issuer', async (_what, change) => {
  const iss = change(world.issuer.issuer)
  expect(await present(world, world.token({ claims: { iss } }))).toEqual({
    status: 401,
    code: 'identify.unknown_issuer',
  })
})

test.each([
  ['the tenant of somebody else', { tid: OTHER_TENANT }],
  ['the version of the other endpoint', { ver: '1.0' }],
  ['a template in place of the tenant', { tid: '{tenantid}' }],
] as const)('J-08 RFC 8725 §3.8: %s inside the token is refused', async (_what, claims) => {
  expect(await present(world, entra.token(claims))).toEqual({
    status: 401,
    code: 'identify.invalid_claims',
  })
})

test.each(['common', 'organizations', OTHER_TENANT, '{tenantid}'])(
  'J-08 RFC 8725 §3.8: multi-tenant is off: the issuer of %s is not trusted',
  async (tenant) => {
    const iss = entra.issuerOf(tenant)
    for (const tid of [TENANT, tenant]) {
      expect(await present(world, entra.token({ iss, tid }))).toEqual({
        status: 401,
        code: 'identify.unknown_issuer',
      })
    }
  },
)

test('J-08 control: each issuer speaks for itself', async () => {
  expect(await present(world, world.token())).toEqual(ANSWERED)
  const resource = world.resource('records')
  expect(await present(world, entra.token({}))).toEqual(ANSWERED)
  expect(await present(world, second.mint(resource, { key: theirs }))).toEqual(ANSWERED)
})
