// An issuer for the tests of `identify`: it has keys, signs what it is told to, publishes its documents
// through a fetch that counts, and shares a clock that stands still until it is moved.
import { generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { createDenyList } from '../../src/identify/deny-list.ts'
import { createIdentify } from '../../src/identify/identify.ts'
import type { IdentifyParts } from '../../src/identify/identify.ts'
import type { Identity } from '../../src/identify/identity.ts'
import { issuerSettings } from '../../src/identify/settings.ts'
import { Head } from '../../src/in/inbound.ts'
import type { GuardedFetch, GuardedResponse } from '../../src/net/guarded-fetch.ts'
import type { Refusal } from '../../src/refusal.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Clock } from '../../src/system/clock.ts'

export const ISSUER = 'https://login.acme.example'
export const RESOURCE = 'https://gate.acme.example/mcp'
export const START_SECONDS = 1_800_000_000

export type TestClock = Clock & { advance: (seconds: number) => void; nowSeconds: () => number }

export function testClock(): TestClock {
  let passedMs = 0
  return {
    wallMs: () => START_SECONDS * 1000 + passedMs,
    monotonicMs: () => 5_000 + passedMs,
    advance: (seconds) => {
      passedMs += seconds * 1000
    },
    nowSeconds: () => START_SECONDS + passedMs / 1000,
  }
}

export type TestKey = {
  readonly kid: string
  readonly alg: 'RS256' | 'PS256' | 'ES256' | 'EdDSA'
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly jwk: Record<string, unknown>
}

export function makeKey(kid: string, alg: TestKey['alg'] = 'ES256'): TestKey {
  const pair =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : alg === 'EdDSA'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }
  return { kid, alg, ...pair, jwk }
}

export function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString(
    'base64url',
  )
}

export function signBytes(key: TestKey, input: string): string {
  const bytes = Buffer.from(input)
  if (key.alg === 'EdDSA') return sign(null, bytes, key.privateKey).toString('base64url')
  const options =
    key.alg === 'PS256' ? { padding: 6, saltLength: 32 } : { dsaEncoding: 'ieee-p1363' as const }
  return sign('sha256', bytes, { key: key.privateKey, ...options }).toString('base64url')
}

/** `header` and `claims` may be text, for what JSON.stringify would not write. */
export function makeToken(key: TestKey, claims: unknown, header: unknown = {}): string {
  const full =
    typeof header === 'string'
      ? header
      : { typ: 'at+jwt', alg: key.alg, kid: key.kid, ...(header as object) }
  const input = `${encode(full)}.${encode(claims)}`
  return `${input}.${signBytes(key, input)}`
}

export function personClaims(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    iss: ISSUER,
    sub: 'alice',
    aud: RESOURCE,
    client_id: 'desk',
    jti: 'token-1',
    iat: START_SECONDS,
    exp: START_SECONDS + 600,
    scope: 'openid mcp',
    ...more,
  }
}

export function headOf(authorization: string | undefined, resource = RESOURCE): Head {
  return new Head({
    requestId: '0123',
    route: {
      target: undefined,
      resource,
      minProtocol: '2025-03-26',
      metadataUrl: 'https://gate.acme.example/.well-known/x',
    },
    method: 'POST',
    headers: new Map(authorization === undefined ? [] : [['authorization', authorization]]),
    peerAddress: '127.0.0.1',
    arrivedMonotonicMs: 0,
  })
}

export function answer(
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): GuardedResponse {
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return { status, headers: new Map(Object.entries(headers)), body: bytes }
}

/** What an issuer publishes; change its members to rotate keys or to fail. */
export type Published = {
  keys: readonly Record<string, unknown>[]
  metadata: Record<string, unknown>
  date: string | undefined
  fail: Error | undefined
  requests: string[]
}

export function publish(keys: readonly TestKey[], issuer = ISSUER): Published {
  return {
    keys: keys.map((key) => key.jwk),
    metadata: { issuer, jwks_uri: `${issuer.replace(/\/$/, '')}/jwks` },
    date: undefined,
    fail: undefined,
    requests: [],
  }
}

export function fetchOf(published: Published): GuardedFetch {
  return async (url) => {
    published.requests.push(url)
    if (published.fail !== undefined) throw published.fail
    const headers = published.date === undefined ? {} : { date: published.date }
    return url.includes('/.well-known/')
      ? answer(published.metadata, 200, headers)
      : answer({ keys: published.keys }, 200, headers)
  }
}

export type World = ReturnType<typeof makeWorld>

export type WorldOptions = {
  readonly keys?: readonly TestKey[]
  readonly issuer?: Record<string, unknown>
  readonly issuers?: readonly Record<string, unknown>[]
  readonly requiredScopes?: readonly string[]
  readonly parts?: Partial<IdentifyParts>
}

export function makeWorld(options: WorldOptions = {}) {
  const clock = testClock()
  const published = publish(options.keys ?? [])
  const warnings: unknown[] = []
  const store = createMemoryStore(clock)
  const denyList = createDenyList(store, clock)
  const configured = options.issuers ?? [{ issuer: ISSUER, profile: 'rfc9068', ...options.issuer }]
  const identify = createIdentify(
    {
      issuers: configured.map((issuer) => issuerSettings.parse(issuer)),
      requiredScopes: options.requiredScopes ?? [],
    },
    {
      fetch: fetchOf(published),
      clock,
      denyList,
      log: { warn: (fields, message) => warnings.push({ ...fields, message }) },
      ...options.parts,
    },
  )
  const ask = async (token: string, resource = RESOURCE): Promise<Identity | Refusal> =>
    await identify.identify(headOf(`Bearer ${token}`, resource))
  return { clock, published, warnings, store, denyList, identify, ask }
}

/** A world whose deny list has been read, as after a start. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const world = makeWorld(options)
  await world.denyList.refresh()
  return world
}
