// `aud` names this resource, whole and exactly, and nobody besides whom the configuration does not name.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { startIssuer, type Claims, type TestIssuer } from '../support/issuer.ts'
import { present } from '../support/present.ts'

let cognito: TestIssuer
let world: TestGateway
beforeAll(async () => {
  cognito = await startIssuer()
  world = await startTestGateway({
    issuerSettings: 'audience: [gw], audienceBesides: ["https://userinfo.example.test"]',
    moreIssuers: [
      `{ issuer: "${cognito.issuer}", profile: cognito, audienceFrom: client_id, clients: [desk], tags: { groups: groups }, allowInsecureIssuer: true }`,
    ],
  })
})
afterAll(async () => {
  await world.stop()
  await cognito.close()
})

const REFUSED = { status: 401, code: 'identify.wrong_audience' }
const tokenFor = (aud: unknown) => world.token({ claims: { aud } })

test.each([
  'https://other.example.test/mcp/records',
  'gw.evil',
  'GW',
  'g',
  'gw ',
  '',
  [],
  [[]],
  ['evil'],
  ['gw', 'evil'],
  ['gw', 7],
  [['gw']],
  { gw: true },
  { 0: 'gw', length: 1 },
  7,
  true,
  null,
])('J-07 RFC 7519 §4.1.3: aud %j is refused', async (aud) => {
  expect(await present(world, tokenFor(aud))).toEqual(REFUSED)
})

test('J-07 RFC 9068 §4: a token without aud is refused', async () => {
  expect(await present(world, tokenFor(undefined))).toEqual(REFUSED)
})

test('J-07 RFC 8707 §2: parts and extensions of the resource are other resources', async () => {
  const resource = world.resource('records')
  const others = [`${resource}.evil`, `${resource}x`, `${resource}/x`, `${resource}?x`]
  for (const aud of [...others, resource.toUpperCase(), resource.slice(0, -1), world.publicUrl]) {
    expect(await present(world, tokenFor(aud))).toEqual(REFUSED)
  }
})

test('J-07 RFC 9700 §2.3: what may stand beside ours never suffices', async () => {
  expect(await present(world, tokenFor('https://userinfo.example.test'))).toEqual(REFUSED)
})

const pool = (claims: Claims) =>
  cognito.mint('', {
    header: { typ: undefined },
    claims: { aud: undefined, client_id: 'desk', token_use: 'access', ...claims },
  })

test('J-07 RFC 9700 §2.3: where the client stands for the audience, other clients and other audiences are refused', async () => {
  expect(await present(world, pool({ client_id: 'elsewhere' }))).toMatchObject({ status: 401 })
  expect(await present(world, pool({ aud: 'evil' }))).toEqual(REFUSED)
})

test('J-07 control: the resource, a configured audience and a configured client get an answer', async () => {
  const resource = world.resource('records')
  const tokens = [
    tokenFor(resource),
    tokenFor([resource]),
    tokenFor('gw'),
    tokenFor(['gw', 'https://userinfo.example.test']),
    pool({}),
  ]
  for (const token of tokens) {
    expect(await present(world, token)).toEqual({ status: 200, code: undefined })
  }
})
