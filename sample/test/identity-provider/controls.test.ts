// What a test may do to the provider while it runs, and that nobody can who did not ask for it.
import { createPublicKey, verify } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  startIdentityProvider,
  type IdentityProvider,
} from '../../src/identity-provider/identity-provider.ts'
import type { Controls } from '../../src/identity-provider/controls.ts'
import { obtainTokens, refreshTokens } from '../../src/obtain-tokens.ts'

const RESOURCE = 'http://127.0.0.1:8443/mcp'
let provider: IdentityProvider
let controls: Controls

beforeAll(async () => {
  provider = await startIdentityProvider({ resources: [RESOURCE], controls: true })
  if (provider.controls === undefined) throw new Error('no controls')
  ;({ controls } = provider)
})
afterAll(() => provider.stop())

test('controls exist only where they were asked for', async () => {
  const plain = await startIdentityProvider({ resources: [RESOURCE] })
  expect(plain.controls).toBeUndefined()
  await plain.stop()
})

test('a rotated key signs from then on, the old one stays published, and sign-ins live on', async () => {
  const person = { issuer: provider.issuer, username: 'carol', password: 'carol-sample' }
  const before = await obtainTokens({ ...person, resource: RESOURCE })
  const { kid } = await controls.rotateKey()
  const after = await refreshTokens(provider.issuer, before, RESOURCE)
  expect(kidOf(after.accessToken)).toBe(kid)
  expect((await keys()).map((key) => key.kid)).toEqual([kid, kidOf(before.accessToken)])
  const alone = await controls.rotateKey({ keepOld: false })
  expect((await keys()).map((key) => key.kid)).toEqual([alone.kid])
})

test('the JWKS can be taken away in several ways and come back', async () => {
  controls.setJwks('unavailable')
  expect((await fetch(`${provider.issuer}/jwks`)).status).toBe(503)
  controls.setJwks('resets')
  await expect(fetch(`${provider.issuer}/jwks`)).rejects.toThrow('fetch failed')
  controls.setJwks('garbage')
  expect(await (await fetch(`${provider.issuer}/jwks`)).text()).toContain('<html>')
  controls.setJwks('empty')
  expect(await keys()).toEqual([])
  controls.setJwks('up')
  expect(await keys()).toHaveLength(1)
  expect(controls.seen()['/jwks']).toBeGreaterThanOrEqual(5)
})

test('the Date header can be shifted', async () => {
  controls.setDateOffset(-600)
  const { headers } = await fetch(`${provider.issuer}/jwks`)
  controls.setDateOffset(0)
  const behindMs = Date.now() - Date.parse(headers.get('date') ?? '')
  expect(behindMs).toBeGreaterThan(590_000)
  expect(behindMs).toBeLessThan(660_000)
})

test('any claims can be signed with the present key', async () => {
  const token = controls.mintToken({ sub: 'mallory', exp: 1 }, { typ: 'JWT' })
  const [head = '', claims = '', signature = ''] = token.split('.')
  const [jwk] = await keys()
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
  const input = Buffer.from(`${head}.${claims}`)
  expect(verify('sha256', input, key, Buffer.from(signature, 'base64url'))).toBe(true)
  expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toMatchObject({ typ: 'JWT' })
})

async function keys() {
  const set = (await (await fetch(`${provider.issuer}/jwks`)).json()) as {
    readonly keys: readonly { readonly kid: string }[]
  }
  return set.keys
}

function kidOf(token: string) {
  const head = Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString()
  return (JSON.parse(head) as { readonly kid: string }).kid
}
