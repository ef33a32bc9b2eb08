// The way out: authorities of one's own for one target, read again when they change, and a proxy that carries everything
// outwards, with a credential by reference (policy-audit §5.4). Over real sockets, with real certificates.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import {
  startRecordingTarget,
  type RecordingTarget,
} from '@sallyport/sample/recording-target/recording-target.ts'
import { selfSigned } from '../../gateway/test/secrets/self-signed.ts'
import {
  startConnectProxy,
  startTlsFront,
  type ConnectProxy,
  type TlsFront,
} from '../support/connect-proxy.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask } from '../support/operator.ts'
import { codeOf } from '../support/present.ts'

const POLICY = `@id("all") permit (principal, action, resource);`
const CREDENTIAL = 'gate:s3cret-of-the-proxy'
const params = { name: 'echo', arguments: {} }

let behind: RecordingTarget
let front: TlsFront
let proxy: ConnectProxy
let world: TestGateway | undefined
const pair = selfSigned()

beforeEach(async () => {
  behind = await startRecordingTarget()
  front = await startTlsFront(pair, Number(new URL(behind.url).port))
  proxy = await startConnectProxy({ 'localhost:8443': front.port }, CREDENTIAL)
})
afterEach(async () => {
  await world?.stop()
  await proxy.stop()
  await front.stop()
  await behind.stop()
})

async function startWith(settings: string, yaml = ''): Promise<TestGateway> {
  world = await startTestGateway({
    policies: POLICY,
    environment: { PROXY_CREDENTIAL: CREDENTIAL },
    targetSettings: 'proxy: direct',
    issuerSettings: 'proxy: direct',
    yaml: `  secure: { kind: mcp, ${settings} }\n${yaml}`,
  })
  return world
}
const call = (of: TestGateway) =>
  of.call({
    method: 'tools/call',
    params,
    path: '/mcp/secure',
    token: of.token({ resource: of.resource('secure') }),
  })
const stateOf = async (of: TestGateway) => {
  const { targets } = (await ask(of, '/status')) as {
    targets: Record<string, { state: string; reason?: string }>
  }
  return targets['secure']
}
const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (of: string) => join(folder, `${of}.pem`)

test('an authority of one’s own is believed for its target, and nothing else is', async () => {
  const authority = file('own')
  writeFileSync(authority, selfSigned().certificate)
  const direct = `url: "https://127.0.0.1:${front.port}/mcp", allowAddresses: [127.0.0.1/32]`
  const of = await startWith(`${direct}, tls: { authorities: [{ file: "${authority}" }] }`)
  expect(await stateOf(of)).toMatchObject({ state: 'down' })
  expect(codeOf(await call(of))).toBe('authorize.no_such_tool')

  // Read again when it changes, though the configuration stays the same.
  writeFileSync(authority, pair.certificate)
  expect(await of.gateway.reload()).toMatchObject({ outcome: 'applied' })
  await expect.poll(() => stateOf(of)).toMatchObject({ state: 'up' })
  expect(codeOf(await call(of))).toBeUndefined()
  expect(await of.gateway.reload()).toMatchObject({ outcome: 'unchanged' })

  writeFileSync(authority, 'no certificate')
  const kept = await of.gateway.reload()
  expect(kept).toEqual({
    outcome: 'kept',
    notes: [`authorities in file ${authority}: there is none; expected are certificates in PEM`],
  })
  expect(codeOf(await call(of))).toBeUndefined()
})

test('policy-audit §5.4: through the proxy goes a tunnel for each connection, with the credential for the proxy alone', async () => {
  const authority = file('behind')
  writeFileSync(authority, pair.certificate)
  const of = await startWith(
    `url: "https://localhost:8443/mcp", allowAddresses: [10.9.8.0/24], tls: { authorities: [{ file: "${authority}" }] }`,
    `egress: { proxy: { url: "${proxy.url}", credential: { env: PROXY_CREDENTIAL } } }`,
  )
  await expect.poll(() => stateOf(of)).toMatchObject({ state: 'up' })
  expect(codeOf(await call(of))).toBeUndefined()
  const shown = `Basic ${Buffer.from(CREDENTIAL).toString('base64')}`
  expect(new Set(proxy.asked.map((one) => JSON.stringify(one)))).toEqual(
    new Set([JSON.stringify({ authority: 'localhost:8443', shown })]),
  )
  const seen = JSON.stringify(behind.recording.calls().map(({ rawHeaders }) => rawHeaders))
  expect(seen).not.toContain('roxy-')
  expect(of.log() + JSON.stringify(of.audit())).not.toContain('s3cret-of-the-proxy')
  // What is for another way goes that way.
  expect(codeOf(await of.call({ method: 'tools/call', params }))).toBeUndefined()
})

test('a proxy that refuses is a target that is not reached, and the operator is told why', async () => {
  proxy.refuseWith(403)
  const of = await startWith(
    'url: "https://secure.acme.example:8443/mcp"',
    `egress: { proxy: { url: "${proxy.url}" } }`,
  )
  expect(await stateOf(of)).toMatchObject({
    state: 'down',
    reason: expect.stringMatching(
      /the proxy answered 403 to CONNECT secure\.acme\.example:8443/,
    ) as string,
  })
})

test('attacks H-11: a proxy opens no way to addresses that the configuration does not name', async () => {
  const addresses = ['127.0.0.1', '169.254.169.254', '10.0.0.1']
  const others = addresses.map((address, at) => {
    return `  t${at}: { kind: mcp, url: "https://${address}:8443/mcp" }`
  })
  const egress = `egress: { proxy: { url: "${proxy.url}" } }`
  const of = await startWith('url: "https://[::1]:8443/mcp"', [...others, egress].join('\n'))
  const { targets } = (await ask(of, '/status')) as { targets: Record<string, { reason: string }> }
  expect(['secure', 't0', 't1', 't2'].map((id) => targets[id]?.reason)).toEqual(
    ['::1', ...addresses].map(
      (address) => expect.stringContaining(`the address ${address} is not allowed`) as string,
    ),
  )
  expect(proxy.asked).toEqual([])
})

test('attacks H-11: the proxy itself is never at an address of cloud metadata', async () => {
  const of = await startWith(
    'url: "https://secure.acme.example:8443/mcp"',
    'egress: { proxy: { url: "http://169.254.169.254:3128" } }',
  )
  expect(await stateOf(of)).toMatchObject({
    reason: expect.stringContaining('the proxy: the address 169.254.169.254') as string,
  })
})
