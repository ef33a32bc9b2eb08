// The settings of an issuer: what is accepted, and that every relaxation must be written out (oauth §8).
import { describe, expect, test } from 'vitest'
import { issuerSettings } from '../../src/identify/settings.ts'

const good = { issuer: 'https://login.acme.example', profile: 'rfc9068' }
const problems = (more: Record<string, unknown>) =>
  issuerSettings.safeParse({ ...good, ...more }).error?.issues.map((issue) => issue.path.join('.'))

test('defaults relax nothing', () => {
  expect(issuerSettings.parse(good)).toEqual({
    ...good,
    audience: [],
    audienceBesides: [],
    audienceFrom: 'aud',
    clients: [],
    tags: {},
    machines: 'refuse',
    agents: [],
    staleIfErrorSeconds: 3600,
    allowInsecureIssuer: false,
    allowAddresses: [],
  })
})

test('the issuer stays as it was written, slash at the end and all', () => {
  const issuer = 'https://Acme.eu.auth0.example/'
  expect(issuerSettings.parse({ issuer, profile: 'auth0' }).issuer).toBe(issuer)
})

describe('what is refused', () => {
  test.each([
    ['RFC 8414 §2: a query', { issuer: 'https://a.example/?x' }, 'issuer'],
    ['RFC 8414 §2: a fragment', { issuer: 'https://a.example/#x' }, 'issuer'],
    ['RFC 8414 §2: no URL', { issuer: 'login.acme.example' }, 'issuer'],
    ['RFC 8414 §2: another scheme', { issuer: 'ftp://a.example' }, 'issuer'],
    ['user information', { issuer: 'https://u@a.example' }, 'issuer'],
    ['a password', { issuer: 'https://:p@a.example' }, 'issuer'],
    ['plain http without the relaxation', { issuer: 'http://127.0.0.1:4000' }, 'issuer'],
    ['keys over plain http without it', { jwksUri: 'http://127.0.0.1:4000/k' }, 'jwksUri'],
    ['keys at no URL', { jwksUri: 'keys' }, 'jwksUri'],
    ['J-02: HS256', { algorithms: ['HS256'] }, 'algorithms.0'],
    ['J-01: none', { algorithms: ['none'] }, 'algorithms.0'],
    ['no algorithm', { algorithms: [] }, 'algorithms'],
    ['an unknown profile', { profile: 'ping' }, 'profile'],
    [
      'audienceFrom for another profile',
      { audienceFrom: 'client_id', clients: ['a'] },
      'audienceFrom',
    ],
    ['audienceFrom without clients', { profile: 'cognito', audienceFrom: 'client_id' }, 'clients'],
    ['F-02: more than 24 h', { staleIfErrorSeconds: 86_401 }, 'staleIfErrorSeconds'],
    ['a tag made of a claim per token', { tags: { id: 'jti' } }, 'tags.id'],
    ['the same as a pointer', { tags: { id: '/jti' } }, 'tags.id'],
    ['a broken pointer', { tags: { id: '/a~2' } }, 'tags.id'],
    ['a range that is no CIDR', { allowAddresses: ['10.0.0.1'] }, 'allowAddresses.0'],
  ])('%s', (_name, more, path) => {
    expect(problems(more)).toEqual([path])
  })

  test('unknown members', () => {
    expect(issuerSettings.safeParse({ ...good, audiences: [] }).success).toBe(false)
  })
})

test('plain http is accepted where `allowInsecureIssuer` says so', () => {
  const insecure = { issuer: 'http://127.0.0.1:4000', allowInsecureIssuer: true }
  expect(problems({ ...insecure, jwksUri: 'http://127.0.0.1:4000/keys' })).toBeUndefined()
})

test('tags may be claims with any name, or pointers', () => {
  const tags = { a: 'cognito:groups', b: 'https://acme.example/groups', c: '/realm_access/roles' }
  expect(problems({ tags, tenant: 'org' })).toBeUndefined()
})
