import { beforeEach, describe, expect, test } from 'vitest'
import { NotAllowed } from '../../src/admin/not-allowed.ts'
import { createRequireRole, type OperatorRoleParts } from '../../src/admin/operator-role.ts'
import type { Switched } from '../../src/authorize/switches/switch.ts'
import { operatorSettings } from '../../src/admin/settings.ts'
import {
  ISSUER,
  makeKey,
  makeToken,
  personClaims,
  RESOURCE,
  START_SECONDS,
  startWorld,
  type World,
} from '../identify/world.ts'

const KEY = makeKey('k1')
const PUBLIC_URL = 'https://gate.acme.example'
const SETTINGS = operatorSettings.parse({
  roles: { approver: ['controllers', 'board'], admin: ['platform'] },
})

let world: World
let settings: OperatorRoleParts['settings']
let disabled: Switched[]
beforeEach(async () => {
  disabled = []
  settings = () => SETTINGS
  world = await startWorld({
    keys: [KEY],
    issuer: {
      tags: { groups: 'groups', department: 'department' },
      tenant: 'tenant',
      machines: 'allow',
      agents: ['robot'],
    },
  })
})

const dan = (more: Record<string, unknown> = {}) =>
  makeToken(
    KEY,
    personClaims({ sub: 'dan', tenant: 'acme', groups: ['staff', 'controllers'], ...more }),
  )

const ask = (token: string | undefined, role = 'approver') =>
  createRequireRole({
    settings: () => settings(),
    publicUrl: () => PUBLIC_URL,
    disabled: () => disabled.map((switched) => ({ switched, reason: 'x', sinceMs: 0 })),
    identify: (text) => world.identify.identifyAnywhere(text, [RESOURCE, `${RESOURCE}/market`]),
  })(token, role)

async function refused(token: string | undefined, role?: string): Promise<NotAllowed> {
  const failure = await ask(token, role).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(failure).toBeInstanceOf(NotAllowed)
  return failure as NotAllowed
}

type Row = readonly [string, () => string | undefined, NotAllowed['because'], RegExp]
const REFUSED: readonly Row[] = [
  ['no token', () => undefined, 'token', /your own access token/],
  ['an empty token', () => '', 'token', /your own access token/],
  [
    'a token for another resource',
    () => dan({ aud: 'https://other.example/mcp' }),
    'token',
    /another resource/,
  ],
  [
    'a token of an issuer that is not ours',
    () => dan({ iss: 'https://evil.example' }),
    'token',
    /issuer/,
  ],
  [
    'a token that has expired',
    () => dan({ iat: START_SECONDS - 900, exp: START_SECONDS - 300 }),
    'token',
    /expired/,
  ],
  [
    'a signature of somebody else',
    () => makeToken(makeKey('k1'), personClaims()),
    'token',
    /signature/,
  ],
  ['no token at all but text', () => 'x.y', 'token', /JWT/],
  ['a machine', () => dan({ sub: 'desk' }), 'role', /a machine's/],
  ['an agent for a person', () => dan({ client_id: 'robot' }), 'role', /an agent's/],
  ['a person without the role', () => dan({ groups: ['staff'] }), 'role', /role `approver`/],
  ['a person without the tag', () => dan({ groups: undefined }), 'role', /role `approver`/],
  [
    'a value that the role’s is a part of',
    () => dan({ groups: ['controllers-emea'] }),
    'role',
    /role/,
  ],
]

describe('architecture §4: an operator has a role by their own access token', () => {
  test('a person whose tag has one of the values has the role, and is named for records', async () => {
    expect(await ask(dan())).toEqual({
      issuer: ISSUER,
      subject: 'dan',
      tenant: 'acme',
      client: 'desk',
      roles: new Set(['approver']),
      about: { issuer: ISSUER, subject: 'dan', tenant: 'acme' },
    })
  })

  test('a token for the endpoint of one target proves the same person', async () => {
    expect(await ask(dan({ aud: `${RESOURCE}/market` }))).toMatchObject({ subject: 'dan' })
  })

  test('a claim with one value alone is compared whole', async () => {
    const one = operatorSettings.parse({
      claim: 'department',
      roles: { approver: ['finance'] },
    })
    settings = () => one
    expect(await ask(dan({ department: 'finance' }))).toMatchObject({ subject: 'dan' })
    expect((await refused(dan({ department: 'finance-interns' }))).because).toBe('role')
  })

  test.for(REFUSED)(
    '%s is refused, in words and with what to do',
    async ([, token, because, words]) => {
      const failure = await refused(token())
      expect(failure.because).toBe(because)
      expect(failure.message).toMatch(words)
      expect(failure.fix).not.toBe('')
    },
  )

  test('one role is not another', async () => {
    expect((await refused(dan(), 'admin')).message).toBe('you do not have the role `admin`')
  })

  test('without the slice, and for a role that it does not name, nobody has the role', async () => {
    expect((await refused(dan(), 'auditor')).fix).toContain('operators: { roles: { auditor:')
    settings = () => undefined
    expect((await refused(dan())).message).toContain('nobody has the role `approver`')
  })

  test('names of what every object has are no roles', async () => {
    expect((await refused(dan(), 'constructor')).because).toBe('role')
  })

  test('a person who was revoked is refused, and another one is not (R4)', async () => {
    const [token, other] = [dan(), dan({ sub: 'erin', jti: 'token-2' })]
    await ask(token)
    await ask(other)
    await world.denyList.revoke({
      by: 'subject',
      issuer: ISSUER,
      value: 'dan',
      issuedUntilSeconds: START_SECONDS + 1,
    })
    expect((await refused(token)).message).toContain('revoked')
    expect(await ask(other)).toMatchObject({ subject: 'erin' })
  })

  test.for<readonly [string, Switched]>([
    ['a person', { what: 'person', issuer: ISSUER, name: 'dan' }],
    ['the client of a person', { what: 'client', issuer: ISSUER, name: 'desk' }],
  ])('kill switch: %s who is disabled has no role', async ([, switched]) => {
    await ask(dan())
    disabled = [switched]
    const failure = await refused(dan())
    expect(failure).toMatchObject({ because: 'role', message: expect.stringMatching('disabled') })
  })

  test('control: what is disabled and is not them leaves the orders of operators alone', async () => {
    disabled = [
      { what: 'everything' },
      { what: 'target', name: 'dan' },
      { what: 'person', issuer: ISSUER, name: 'erin' },
      { what: 'person', issuer: 'https://other.example', name: 'dan' },
      { what: 'client', issuer: ISSUER, name: 'dan' },
    ]
    expect(await ask(dan())).toMatchObject({ subject: 'dan' })
  })

  test('two principals never have one another’s roles', async () => {
    const tokens = [dan(), dan({ sub: 'alice', groups: ['staff'], jti: 'token-2' })]
    expect(await ask(tokens[0])).toMatchObject({ subject: 'dan' })
    expect((await refused(tokens[1])).because).toBe('role')
    expect(await ask(tokens[0])).toMatchObject({ subject: 'dan' })
  })

  test('what cannot be known refuses (M-27): keys that cannot be fetched', async () => {
    world.published.fail = new Error('away')
    const failure = await refused(dan())
    expect(failure.because).toBe('unavailable')
    expect(failure.fix).toBe('try again later')
  })
})
