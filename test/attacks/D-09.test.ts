// Cryptography for whoever asks is what a flood would want: signatures to be checked, large keys, slow derivations. The
// shape of a token and its key are looked at first, and an address has spent its budget before any of it.
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { createSigningKey, encode } from '../support/issuer.ts'
import { codeOf, present } from '../support/present.ts'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { rawRequest, sendRaw, type RawAnswer } from '../support/raw.ts'

const BURST = 10
const forger = createSigningKey('test-key-1')

let world: TestGateway
beforeEach(async () => {
  world = await startTestGateway({
    yaml: `rateLimits: { address: { perMinute: 1, burst: ${BURST} } }`,
  })
})
afterEach(() => world.stop())

const forged = () => world.issuer.mint(world.resource('records'), { key: forger })

/** From another address of this host. */
function callFrom(address: string, token: string): Promise<RawAnswer> {
  const { headers, body } = modernRequest({
    method: 'tools/call',
    params: { name: 'echo', arguments: {} },
    token,
  })
  const named = [['Host', `127.0.0.1:${world.port}`] as const, ...Object.entries(headers)]
  const peer = () => connect({ port: world.port, host: '127.0.0.1', localAddress: address })
  return sendRaw(peer, rawRequest({ path: '/mcp/records', headers: named, body }))
}

test('D-09 promises §5: the budget of an address is spent before a signature is checked', async () => {
  for (let made = 0; made < BURST; made += 1) {
    expect((await present(world, forged())).code).toBe('identify.bad_signature')
  }
  const flood = await Promise.all(Array.from({ length: BURST }, () => present(world, forged())))
  expect(flood).toEqual(
    Array.from({ length: BURST }, () => ({ status: 429, code: 'authorize.rate_limited' })),
  )
})

test('D-09 RFC 8725 §3.1: derivations by password, unknown keys and misshapen tokens cost no cryptography', async () => {
  const claims = { iss: world.issuer.issuer, aud: world.resource('records') }
  const pbes = { alg: 'PBES2-HS512+A256KW', p2c: 2_000_000_000, typ: 'at+jwt', kid: 'test-key-1' }
  const answers = [
    await present(world, `${encode(pbes)}.${encode(claims)}.AAAA`),
    await present(world, world.token({ header: { kid: 'unknown' } })),
    await present(world, `${world.token()}${'A'.repeat(9_000)}`),
  ]
  expect(answers.map(({ code }) => code)).toEqual([
    'identify.unacceptable_algorithm',
    'identify.unknown_key',
    'identify.malformed_token',
  ])
})

test('D-09 control: another address is served while the first one floods', async () => {
  await Promise.all(Array.from({ length: 3 * BURST }, () => present(world, forged())))
  const answer = await callFrom('127.0.0.9', world.token())
  expect([answer.status, codeOf(answer)]).toEqual([200, undefined])
})
