// Other kinds of signed tokens of the same issuer are no access tokens: told apart by `typ` where the profile
// has one of its own, and by what the issuer writes into access tokens alone where it does not.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEntraTenant, type EntraTenant } from '../support/entra-tenant.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { startIssuer, type Claims, type TestIssuer } from '../support/issuer.ts'
import { present } from '../support/present.ts'

let cognito: TestIssuer
let entra: EntraTenant
let world: TestGateway
beforeAll(async () => {
  cognito = await startIssuer()
  entra = await startEntraTenant()
  world = await startTestGateway({
    moreIssuers: [
      `{ issuer: "${cognito.issuer}", profile: cognito, audienceFrom: client_id, clients: [desk], tags: { groups: "cognito:groups" }, allowInsecureIssuer: true }`,
      entra.configuration,
    ],
  })
})
afterAll(async () => {
  await world.stop()
  await cognito.close()
  await entra.close()
})

const WRONG_KIND = { status: 401, code: 'identify.wrong_token_type' }

test.each([
  'JWT',
  'logout+jwt',
  'secevent+jwt',
  'dpop+jwt',
  'entity-statement+jwt',
  'token-introspection+jwt',
  'oauth-authz-req+jwt',
  'at+jwt+x',
  'application/x/at+jwt',
  undefined,
])('J-06 RFC 9068 §4: typ %s is no access token', async (typ) => {
  expect(await present(world, world.token({ header: { typ } }))).toEqual(WRONG_KIND)
})

test.each([
  ['an ID token of the hybrid flow', { at_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' }],
  ['an ID token with the code’s hash', { c_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' }],
  [
    'a logout token',
    { events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, nonce: undefined },
  ],
  ['a security event', { events: { 'https://schemas.openid.net/secevent/caep/event-type': {} } }],
] as const)('J-06 RFC 8417 §2.2: %s is refused even under typ at+jwt', async (_what, claims) => {
  expect(await present(world, world.token({ claims }))).toEqual(WRONG_KIND)
})

// As user pools write them: no `typ`, and without a resource no `aud` in access tokens.
const pool = (claims: Claims) =>
  cognito.mint('', {
    header: { typ: undefined },
    claims: {
      aud: undefined,
      client_id: 'desk',
      token_use: 'access',
      origin_jti: 'origin-1',
      'cognito:groups': ['settlement-analysts'],
      groups: undefined,
      ...claims,
    },
  })

test('J-06 OpenID Connect Core §2: an ID token of Cognito is refused by its token_use', async () => {
  const idToken = { token_use: 'id', aud: 'desk', 'cognito:username': 'alice' }
  expect(await present(world, pool(idToken))).toEqual(WRONG_KIND)
  expect(await present(world, pool({ token_use: undefined }))).toEqual(WRONG_KIND)
})

test.each([
  ['an ID token, which has a nonce', { nonce: 'n-0S6_WzA2Mj' }],
  ['an ID token, which has neither scp nor roles', { scp: undefined }],
  ['a token without its version', { ver: undefined }],
] as const)('J-06 OpenID Connect Core §2: of Entra, %s is refused', async (_what, claims) => {
  expect(await present(world, entra.token(claims))).toEqual(WRONG_KIND)
})

test('J-06 RFC 9068 §4: an ID token of Entra for the right tenant and another audience is refused', async () => {
  expect(await present(world, entra.token({ aud: 'desk' }))).toEqual({
    status: 401,
    code: 'identify.wrong_audience',
  })
})

test('J-06 control: access tokens of each profile get an answer', async () => {
  for (const token of [
    world.token(),
    world.token({ header: { typ: 'application/AT+JWT' } }),
    pool({}),
    entra.token({}),
  ]) {
    expect(await present(world, token)).toEqual({ status: 200, code: undefined })
  }
})
