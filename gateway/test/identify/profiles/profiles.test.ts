// Every token profile on a realistic sample (oauth §8): the access token is accepted and read right; the
// tokens that it could be confused with are refused (attacks J-06, J-07, J-08, O-28).
import { describe, expect, test } from 'vitest'
import type { Identity } from '../../../src/identify/identity.ts'
import { PROFILES } from '../../../src/identify/profiles/profiles.ts'
import type { ProfileName } from '../../../src/identify/profiles/profiles.ts'
import { makeKey, makeToken, RESOURCE, startWorld } from '../world.ts'
import { SAMPLES } from './samples.ts'

const key = makeKey('k1', 'RS256')
const names = Object.keys(PROFILES) as ProfileName[]

type Change = {
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  readonly settings?: Record<string, unknown>
  readonly resource?: string
}

async function ask(profile: ProfileName, change: Change = {}) {
  const sample = SAMPLES[profile]
  const world = await startWorld({
    keys: [key],
    issuers: [
      {
        profile,
        ...sample.settings,
        jwksUri: 'https://keys.acme.example/jwks',
        ...change.settings,
      },
    ],
  })
  const token = makeToken(
    key,
    { ...sample.claims, ...change.claims },
    { ...sample.header, ...change.header },
  )
  return world.ask(token, change.resource ?? RESOURCE)
}

describe.each(names)('profile %s', (name) => {
  const sample = SAMPLES[name]

  test('oauth §8: the sample becomes a person with client, scopes, tags and ids', async () => {
    const identity = (await ask(name)) as Identity
    const { clientId, subject, tenant, tags, scopes, jti, sid, grant } = sample.expected
    expect(identity.principal).toMatchObject({ kind: 'person', clientId, subject, tags })
    expect(identity.principal.tenant).toBe(tenant)
    expect(identity).toMatchObject({ scopes, jti, sid, grant })
  })

  test('O-28: a token of client credentials is refused by name', async () => {
    expect(await ask(name, { claims: sample.machine })).toMatchObject({
      refused: 'identify.machine_not_allowed',
    })
  })

  test('O-28: a token of client credentials becomes a client where the configuration allows it', async () => {
    const identity = await ask(name, { claims: sample.machine, settings: { machines: 'allow' } })
    expect((identity as Identity).principal).toMatchObject({
      kind: 'client',
      clientId: sample.machineClient,
    })
  })

  test('architecture §3: a listed client is an agent for the person', async () => {
    const agents = [sample.expected['clientId']]
    const identity = (await ask(name, { settings: { agents } })) as Identity
    expect(identity.principal).toMatchObject({ kind: 'agent', subject: sample.expected['subject'] })
  })

  test('oauth §8: with an allow list of clients another client is refused', async () => {
    expect(await ask(name, { settings: { clients: ['another'] } })).toMatchObject({
      refused: 'identify.invalid_claims',
    })
  })

  test.each([
    'logout+jwt',
    'secevent+jwt',
    'dpop+jwt',
    'entity-statement+jwt',
    'oauth-id-jag+jwt',
    7,
  ])('J-06: header typ %j is refused', async (typ) => {
    expect(await ask(name, { header: { typ } })).toMatchObject({
      refused: expect.stringMatching(/wrong_token_type|malformed_token/),
    })
  })

  test.each([
    'https://gate.acme.example',
    `${RESOURCE}x`,
    'evil',
    RESOURCE.toUpperCase(),
    7,
    {},
    [],
  ])('J-07: aud %j is refused', async (aud) => {
    expect(await ask(name, { claims: { aud } })).toMatchObject({
      refused: 'identify.wrong_audience',
    })
  })

  test('J-07: a stranger beside our audience is refused', async () => {
    expect(await ask(name, { claims: { aud: [RESOURCE, 'evil'] } })).toMatchObject({
      refused: 'identify.wrong_audience',
    })
  })

  test.each(['at_hash', 'c_hash', 's_hash', 'events'])(
    'J-06: a token with %s is refused',
    async (claim) => {
      expect(await ask(name, { claims: { [claim]: 'x' } })).toMatchObject({
        refused: 'identify.wrong_token_type',
      })
    },
  )
})

const wrongKind = { refused: 'identify.wrong_token_type' }
const invalid = { refused: 'identify.invalid_claims' }

describe('rfc9068', () => {
  test.each(['JWT', undefined, 'at+jwt2'])('RFC 9068 §4: typ %j is refused', async (typ) => {
    expect(await ask('rfc9068', { header: { typ } })).toMatchObject(wrongKind)
  })

  test.each(['application/at+jwt', 'AT+JWT', 'Application/at+JWT'])(
    'RFC 7515 §4.1.9: typ %j is the same media type',
    async (typ) => {
      expect(await ask('rfc9068', { header: { typ } })).toHaveProperty('principal')
    },
  )

  test('RFC 8707 §2: the resource with a slash at the end is the same endpoint', async () => {
    expect(await ask('rfc9068', { claims: { aud: `${RESOURCE}/` } })).toHaveProperty('principal')
  })
})

describe('cognito', () => {
  test('oauth §8: an ID token (token_use id, aud = client id) is refused', async () => {
    const claims = { token_use: 'id', aud: '1h57kf5cpq17m0eml12EXAMPLE', client_id: undefined }
    expect(await ask('cognito', { claims })).toMatchObject(wrongKind)
  })

  test('J-07: without aud only with `audienceFrom: client_id`, and only from listed clients', async () => {
    const claims = { aud: undefined }
    expect(await ask('cognito', { claims })).toMatchObject({ refused: 'identify.wrong_audience' })
    const settings = { audienceFrom: 'client_id', clients: ['1h57kf5cpq17m0eml12EXAMPLE'] }
    expect(await ask('cognito', { claims, settings })).toHaveProperty('principal')
    const others = { audienceFrom: 'client_id', clients: ['another'] }
    expect(await ask('cognito', { claims, settings: others })).toMatchObject(invalid)
  })

  test('J-07: an aud that is there is judged, and never compared with a client id', async () => {
    const settings = { audienceFrom: 'client_id', clients: ['1h57kf5cpq17m0eml12EXAMPLE'] }
    for (const aud of ['1h57kf5cpq17m0eml12EXAMPLE', null, 'https://other.example']) {
      expect(await ask('cognito', { claims: { aud }, settings })).toMatchObject({
        refused: 'identify.wrong_audience',
      })
    }
  })
})

describe('entra', () => {
  const tenant = SAMPLES.entra.claims['tid'] as string

  test.each([
    ['J-06: an ID token has a nonce', { nonce: 'n' }, wrongKind],
    [
      'J-06: an ID token has neither scp nor roles',
      { scp: undefined, roles: undefined },
      wrongKind,
    ],
    ['J-06: without ver', { ver: undefined }, wrongKind],
    ['J-08: ver 1.0 at the v2 issuer', { ver: '1.0' }, invalid],
    ['J-08: an unknown ver', { ver: '__proto__' }, invalid],
    ['J-08: ver is no string', { ver: 2 }, invalid],
    ['J-08: the tid of another tenant', { tid: 'ffffffff-0000-0000-0000-000000000000' }, invalid],
    ['J-08: no tid', { tid: undefined }, invalid],
    ['oauth §8: no oid', { oid: undefined }, invalid],
    ['oauth §12: groups overage', { _claim_names: { groups: 'src1' } }, invalid],
  ])('%s: refused', async (_name, claims, refused) => {
    expect(await ask('entra', { claims })).toMatchObject(refused)
  })

  test('J-08: v1 tokens come from the v1 issuer alone', async () => {
    const issuer = `https://sts.windows.net/${tenant}/`
    const claims = { iss: issuer, ver: '1.0', azp: undefined, appid: 'app', aud: 'api://sallyport' }
    const settings = { issuer, audience: ['api://sallyport'] }
    const identity = (await ask('entra', { claims, settings })) as Identity
    expect(identity.principal.clientId).toBe('app')
    expect(await ask('entra', { claims: { ...claims, ver: '2.0' }, settings })).toMatchObject(
      invalid,
    )
  })

  test('J-08: the issuer for all tenants accepts nobody', async () => {
    const issuer = 'https://login.microsoftonline.com/common/v2.0'
    expect(await ask('entra', { claims: { iss: issuer }, settings: { issuer } })).toMatchObject(
      invalid,
    )
  })

  test('oauth §8: what an application may do is in roles', async () => {
    const claims = SAMPLES.entra.machine
    const identity = (await ask('entra', { claims, settings: { machines: 'allow' } })) as Identity
    expect(identity.scopes).toEqual(new Set(['mcp.call']))
  })

  test('oauth §8: the roles of a person are no scopes', async () => {
    expect(((await ask('entra')) as Identity).scopes.has('Trader')).toBe(false)
  })
})

describe('okta', () => {
  test.each([
    ['J-06: an ID token has no cid', { cid: undefined }, {}, wrongKind],
    ['J-06: an ID token has a nonce', { nonce: 'n' }, {}, wrongKind],
    ['oauth §8: the org server', {}, { typ: 'application/okta-internal-at+jwt' }, wrongKind],
    ['oauth §8: a person without uid', { uid: undefined }, {}, invalid],
    ['oauth §8: scp as a string', { scp: 'mcp' }, {}, invalid],
  ])('%s: refused', async (_name, claims, header, refused) => {
    expect(await ask('okta', { claims, header })).toMatchObject(refused)
  })
})

describe('auth0', () => {
  test('J-08: the issuer without its slash is another', async () => {
    const claims = { iss: 'https://acme.eu.auth0.example' }
    expect(await ask('auth0', { claims })).toMatchObject({ refused: 'identify.unknown_issuer' })
  })

  test('J-07: the user info endpoint alone does not suffice', async () => {
    const claims = { aud: ['https://acme.eu.auth0.example/userinfo'] }
    expect(await ask('auth0', { claims })).toMatchObject({ refused: 'identify.wrong_audience' })
  })

  test('J-06: an ID token has a nonce', async () => {
    expect(await ask('auth0', { claims: { nonce: 'n' } })).toMatchObject(wrongKind)
  })

  test('oauth §8: no azp and no client_id', async () => {
    expect(await ask('auth0', { claims: { azp: undefined } })).toMatchObject(invalid)
    const dialect = { azp: undefined, client_id: 'my_client_id' }
    expect(await ask('auth0', { claims: dialect, header: { typ: 'at+jwt' } })).toHaveProperty(
      'principal',
    )
  })
})

describe('keycloak', () => {
  test.each(['ID', 'Refresh', 'Offline', 'bearer', undefined])(
    'J-06: claim typ %j is refused',
    async (typ) => {
      expect(await ask('keycloak', { claims: { typ } })).toMatchObject(wrongKind)
    },
  )

  test('J-07: the default audience `account` is not ours', async () => {
    expect(await ask('keycloak', { claims: { aud: 'account' } })).toMatchObject({
      refused: 'identify.wrong_audience',
    })
  })

  test('O-28: a person who took the name of a service account is neither', async () => {
    const claims = { preferred_username: 'service-account-desk' }
    expect(await ask('keycloak', { claims, settings: { machines: 'allow' } })).toMatchObject(
      invalid,
    )
  })
})
