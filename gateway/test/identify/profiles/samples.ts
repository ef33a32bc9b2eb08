// One access token per identity provider, as its documentation or a real tenant shows it: header and claims,
// with times and audience set to the test's. Every change to a sample in a test is one that must be refused.
import { RESOURCE, START_SECONDS } from '../world.ts'
import type { ProfileName } from '../../../src/identify/profiles/profiles.ts'

export type Sample = {
  readonly settings: Readonly<Record<string, unknown>>
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  readonly expected: Readonly<Record<string, unknown>>
  readonly machine: Readonly<Record<string, unknown>>
  readonly machineClient: string
}

const times = { iat: START_SECONDS - 60, exp: START_SECONDS + 3600 }
const TENANT = '8bc0f1a4-9a52-4b64-8c1d-0f0bd3c6a001'
const APP = '2f1d5a0e-7a33-4f5b-9d55-8f5d7a4c0002'
const CLIENT = '51f6e3b2-1c14-4a3e-b3f5-1a2b3c4d0003'

export const SAMPLES: Readonly<Record<ProfileName, Sample>> = {
  rfc9068: {
    settings: { issuer: 'https://login.acme.example', tags: { groups: 'groups' } },
    header: { typ: 'at+jwt' },
    claims: {
      ...times,
      iss: 'https://login.acme.example',
      sub: '5ba552d67',
      aud: RESOURCE,
      client_id: 's6BhdRkqt3',
      jti: 'dbe39bf3a3ba4238a513f51d6e1691c4',
      auth_time: START_SECONDS - 90,
      scope: 'openid profile reademail',
      groups: ['traders', 'analysts'],
    },
    expected: {
      clientId: 's6BhdRkqt3',
      subject: '5ba552d67',
      tags: new Map([['groups', '|analysts|traders|']]),
      scopes: new Set(['openid', 'profile', 'reademail']),
      jti: 'dbe39bf3a3ba4238a513f51d6e1691c4',
    },
    machine: { sub: 's6BhdRkqt3' },
    machineClient: 's6BhdRkqt3',
  },
  cognito: {
    settings: {
      issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ex4mPle',
      tags: { groups: 'cognito:groups' },
    },
    header: { typ: undefined },
    claims: {
      ...times,
      iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ex4mPle',
      sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      'cognito:groups': ['traders'],
      version: 2,
      client_id: '1h57kf5cpq17m0eml12EXAMPLE',
      origin_jti: '4d0b4a0e-3f54-4a1b-9a10-1d11EXAMPLE',
      event_id: '64f513be-32db-42b0-b78e-b02127b4f463',
      token_use: 'access',
      scope: 'https://gate.acme.example/mcp/call openid',
      auth_time: START_SECONDS - 60,
      jti: 'c7a4b2d0-6e2b-4dfb-8b1a-73d9EXAMPLE',
      username: 'alice',
      aud: RESOURCE,
    },
    expected: {
      clientId: '1h57kf5cpq17m0eml12EXAMPLE',
      subject: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      tags: new Map([['groups', '|traders|']]),
      scopes: new Set(['https://gate.acme.example/mcp/call', 'openid']),
      jti: 'c7a4b2d0-6e2b-4dfb-8b1a-73d9EXAMPLE',
      grant: '4d0b4a0e-3f54-4a1b-9a10-1d11EXAMPLE',
    },
    machine: { sub: '1h57kf5cpq17m0eml12EXAMPLE', username: undefined },
    machineClient: '1h57kf5cpq17m0eml12EXAMPLE',
  },
  entra: {
    settings: {
      issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      audience: [APP],
      tags: { roles: 'roles', groups: 'groups' },
      tenant: 'tid',
    },
    header: { typ: 'JWT' },
    claims: {
      ...times,
      aud: APP,
      iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      nbf: START_SECONDS - 60,
      aio: 'AXQAi/8TAAAA…',
      azp: CLIENT,
      azpacr: '0',
      name: 'Alice Arden',
      oid: '690222be-ff1a-4d56-abd1-7e4f7d380004',
      preferred_username: 'alice@acme.example',
      rh: '0.ARoA…',
      scp: 'mcp.call mcp.read',
      roles: ['Trader'],
      sid: '00a1b2c3-1111-2222-3333-444455556666',
      sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
      tid: TENANT,
      uti: 'fqiBqXLPj0eQa82S-IYFAA',
      ver: '2.0',
    },
    expected: {
      clientId: CLIENT,
      subject: `${TENANT}:690222be-ff1a-4d56-abd1-7e4f7d380004`,
      tenant: TENANT,
      tags: new Map([['roles', '|Trader|']]),
      scopes: new Set(['mcp.call', 'mcp.read']),
      jti: 'fqiBqXLPj0eQa82S-IYFAA',
      sid: '00a1b2c3-1111-2222-3333-444455556666',
    },
    machine: { scp: undefined, idtyp: 'app', roles: ['mcp.call'] },
    machineClient: CLIENT,
  },
  okta: {
    settings: {
      issuer: 'https://acme.okta.example/oauth2/aus1abc2def3',
      audience: ['api://sallyport'],
      tags: { groups: 'groups' },
    },
    header: { typ: undefined },
    claims: {
      ...times,
      ver: 1,
      jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
      iss: 'https://acme.okta.example/oauth2/aus1abc2def3',
      aud: 'api://sallyport',
      sub: 'alice@acme.example',
      cid: 'nmdP1fcyvdVO11AL7ECm',
      uid: '00ujmkLgagxeRrAg20g3',
      scp: ['openid', 'mcp'],
      auth_time: START_SECONDS - 60,
      groups: ['Everyone', 'Traders'],
    },
    expected: {
      clientId: 'nmdP1fcyvdVO11AL7ECm',
      subject: '00ujmkLgagxeRrAg20g3',
      tags: new Map([['groups', '|Everyone|Traders|']]),
      scopes: new Set(['openid', 'mcp']),
      jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
    },
    machine: { sub: 'nmdP1fcyvdVO11AL7ECm', uid: undefined },
    machineClient: 'nmdP1fcyvdVO11AL7ECm',
  },
  auth0: {
    settings: {
      issuer: 'https://acme.eu.auth0.example/',
      audience: ['https://api.acme.example'],
      tags: { groups: 'https://acme.example/groups' },
    },
    header: { typ: 'JWT' },
    claims: {
      ...times,
      iss: 'https://acme.eu.auth0.example/',
      sub: 'auth0|123456789',
      aud: ['https://api.acme.example', 'https://acme.eu.auth0.example/userinfo'],
      azp: 'my_client_id',
      scope: 'openid profile',
      permissions: ['read:prices'],
      'https://acme.example/groups': ['traders'],
    },
    expected: {
      clientId: 'my_client_id',
      subject: 'auth0|123456789',
      tags: new Map([['groups', '|traders|']]),
      scopes: new Set(['openid', 'profile', 'read:prices']),
    },
    machine: { sub: 'my_client_id@clients', gty: 'client-credentials' },
    machineClient: 'my_client_id',
  },
  keycloak: {
    settings: {
      issuer: 'https://sso.acme.example/realms/acme',
      audienceBesides: ['account'],
      tags: { groups: 'groups', roles: '/realm_access/roles' },
      tenant: 'tenant',
    },
    header: { typ: 'JWT' },
    claims: {
      ...times,
      auth_time: START_SECONDS - 90,
      jti: 'onrtac:7b0c6c5e-0f6b-4f4e-8c0a-3a2f4d5e6f70',
      iss: 'https://sso.acme.example/realms/acme',
      aud: [RESOURCE, 'account'],
      sub: '7e2f0b8e-0c5a-4c61-9a7b-2f3f4a5b6c7d',
      typ: 'Bearer',
      azp: 'desk',
      sid: '5d7f4e9c-52f4-4f0f-8c61-8e2e2b0f1a2b',
      acr: '1',
      'allowed-origins': ['https://desk.acme.example'],
      realm_access: { roles: ['default-roles-acme', 'trader'] },
      scope: 'openid email profile',
      preferred_username: 'alice',
      groups: ['/traders'],
      tenant: 'acme',
    },
    expected: {
      clientId: 'desk',
      subject: '7e2f0b8e-0c5a-4c61-9a7b-2f3f4a5b6c7d',
      tenant: 'acme',
      tags: new Map([
        ['groups', '|/traders|'],
        ['roles', '|default-roles-acme|trader|'],
      ]),
      scopes: new Set(['openid', 'email', 'profile']),
      jti: 'onrtac:7b0c6c5e-0f6b-4f4e-8c0a-3a2f4d5e6f70',
      sid: '5d7f4e9c-52f4-4f0f-8c61-8e2e2b0f1a2b',
    },
    machine: {
      sid: undefined,
      client_id: 'desk',
      preferred_username: 'service-account-desk',
      clientHost: '172.17.0.1',
    },
    machineClient: 'desk',
  },
}
