// discoverKeys and issuerFetch: from the issuer to its `jwks_uri`, through the guarded fetch
// (RFC 8414 §3, OpenID Connect Discovery §4; attacks J-16).
import { describe, expect, test } from 'vitest'
import { discoverKeys, issuerFetch } from '../../src/identify/discovery.ts'
import { issuerSettings } from '../../src/identify/settings.ts'
import { GuardedFetchError } from '../../src/net/guarded-fetch-error.ts'
import type { FetchUse, GuardedResponse } from '../../src/net/guarded-fetch.ts'
import { answer } from './world.ts'

const issuer = 'https://sso.acme.example/realms/acme'
const found = answer({ issuer, jwks_uri: 'https://sso.acme.example/keys' })

function from(answers: Record<string, GuardedResponse | Error>) {
  const asked: string[] = []
  const fetch = async (url: string): Promise<GuardedResponse> => {
    asked.push(url)
    const given = answers[url] ?? answer({}, 404)
    if (given instanceof Error) throw given
    return given
  }
  return { asked, fetch }
}

const INSERTED = 'https://sso.acme.example/.well-known/oauth-authorization-server/realms/acme'
const APPENDED = `${issuer}/.well-known/openid-configuration`

test('OpenID Connect Discovery §4: the appended form is asked for last and suffices', async () => {
  const { asked, fetch } = from({ [APPENDED]: found })
  expect(await discoverKeys(issuer, fetch)).toBe('https://sso.acme.example/keys')
  expect(asked).toHaveLength(3)
})

test('RFC 8414 §3.2: a page for people is no document, and the next place is asked', async () => {
  const page = new GuardedFetchError('media_type', 'the answer is not application/json')
  const { fetch } = from({ [INSERTED]: page, [APPENDED]: found })
  expect(await discoverKeys(issuer, fetch)).toBe('https://sso.acme.example/keys')
})

describe('what ends the search', () => {
  test.each([
    ['J-16: a redirect', new GuardedFetchError('redirect', 'answered 302'), 'answered 302'],
    ['J-08: another issuer', answer({ issuer: `${issuer}/`, jwks_uri: 'x' }), 'is of issuer'],
    ['J-16: no JSON', answer('<html>'), 'is of issuer nothing'],
    ['RFC 8414 §2: no jwks_uri', answer({ issuer }), 'no `jwks_uri`'],
  ])('%s', async (_name, given, message) => {
    const { fetch, asked } = from({ [INSERTED]: given, [APPENDED]: found })
    await expect(discoverKeys(issuer, fetch)).rejects.toThrow(message)
    expect(asked).toEqual([INSERTED])
  })

  test('no document anywhere', async () => {
    await expect(discoverKeys(issuer, from({}).fetch)).rejects.toThrow('no metadata at')
  })
})

describe('issuerFetch', () => {
  function useOf(settings: Record<string, unknown>, url: string): FetchUse {
    let seen: FetchUse | undefined
    const parsed = issuerSettings.parse({ issuer, profile: 'keycloak', ...settings })
    void issuerFetch(parsed, async (_url, use) => {
      seen = use
      return found
    })(url)
    return seen as FetchUse
  }

  test('J-16: at most 256 KiB within 5 s, https to public addresses, JSON alone', () => {
    expect(useOf({}, `${issuer}/keys`)).toEqual({
      maxBytes: 262_144,
      totalMs: 5_000,
      mediaTypes: ['application/json', 'application/jwk-set+json'],
      allowHttp: false,
      allowAddresses: [],
      ports: [443, 443, 443],
    })
  })

  test('architecture §6: ports and private ranges are those that the configuration spelled out', () => {
    const use = useOf(
      {
        issuer: 'https://sso.acme.example:8443/realms/acme',
        jwksUri: 'https://keys.acme.example:9443/keys',
        allowAddresses: ['10.1.0.0/16'],
      },
      'https://keys.acme.example:9443/keys',
    )
    expect(use.ports).toEqual([443, 8443, 9443])
    expect(use.allowAddresses).toEqual(['10.1.0.0/16'])
  })

  test('architecture §6: an insecure issuer may be on plain http, on this host, on any port', () => {
    const settings = { issuer: 'http://127.0.0.1:4000', allowInsecureIssuer: true }
    const use = useOf(settings, 'http://127.0.0.1:4001/keys')
    expect(use.allowHttp).toBe(true)
    expect(use.ports).toEqual([443, 4001])
    expect(use.allowAddresses).toContain('127.0.0.0/8')
    expect(useOf(settings, 'http://127.0.0.1/keys').ports).toEqual([443, 80])
    expect(useOf(settings, 'not a URL').ports).toEqual([443, 443])
  })
})
