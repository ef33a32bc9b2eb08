import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, rootCertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startConnectProxy, type ConnectProxy } from '../../../test/support/connect-proxy.ts'
import { createGuardedFetch, type GuardedFetch } from '../../src/net/guarded-fetch.ts'
import type { Outward } from '../../src/net/outward.ts'
import { reach } from '../../src/net/reach.ts'
import { readTrust } from '../../src/net/trust.ts'
import { selfSigned } from '../secrets/self-signed.ts'

const pair = selfSigned()
let folder: string
let server: Server
let port: number
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
  server = createServer({ cert: pair.certificate, key: pair.key }, (_request, response) => {
    response.setHeader('content-type', 'application/json').end('{"keys":[]}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true })
})

let proxy: ConnectProxy
let fetch: GuardedFetch & { readonly close: () => Promise<void> }
beforeEach(async () => {
  proxy = await startConnectProxy({ 'login.acme.example:443': port, 'localhost:443': port })
  fetch = createGuardedFetch()
})
afterEach(async () => {
  await fetch.close()
  await proxy.stop()
})

function authorities(...pems: readonly string[]): { file: string } {
  const file = join(folder, `${Math.trunc(performance.now() * 1000)}.pem`)
  writeFileSync(file, pems.join('\n'))
  return { file }
}
const trusting = (file: { file: string }, besideSystem = false) =>
  readTrust({ authorities: [file], besideSystem })
const use = { maxBytes: 1_000, totalMs: 5_000, mediaTypes: ['application/json'] }
const local = { ...use, allowAddresses: ['127.0.0.1/32'] }
const here = () => fetchOf(`https://127.0.0.1:${port}/jwks`)
const fetchOf = (url: string) => (outward: Outward) =>
  fetch(url, { ...local, ports: [443, port], outward })

describe('authorities of one’s own (RFC 5280 §6.1.1: trust anchors)', () => {
  it('one file may hold several', async () => {
    const trust = await trusting(authorities(rootCertificates[0] ?? '', pair.certificate))
    expect((await here()({ trust })).status).toBe(200)
  })

  it('another authority, and none, do not vouch for it', async () => {
    await expect(here()({})).rejects.toThrow('DEPTH_ZERO_SELF_SIGNED_CERT')
    const trust = await trusting(authorities(selfSigned().certificate))
    await expect(here()({ trust })).rejects.toThrow('DEPTH_ZERO_SELF_SIGNED_CERT')
  })

  it('count instead of those of the machine, unless it is written that both do', async () => {
    const machine = getCACertificates('default')
    setDefaultCACertificates([...machine, pair.certificate])
    try {
      const other = authorities(rootCertificates[0] ?? '')
      expect((await here()({ trust: await trusting(other, true) })).status).toBe(200)
      const alone = here()({ trust: await trusting(other) })
      await expect(alone).rejects.toThrow('DEPTH_ZERO_SELF_SIGNED_CERT')
    } finally {
      setDefaultCACertificates(machine)
    }
  })

  it('a name that the certificate does not have is refused, whoever vouches for it', async () => {
    const trust = await trusting(authorities(pair.certificate))
    const outward = { trust, proxy: { url: proxy.url, id: 'a', credential: undefined, trust } }
    await expect(fetch('https://login.acme.example/jwks', { ...use, outward })).rejects.toThrow(
      'ERR_TLS_CERT_ALTNAME_INVALID',
    )
    expect(proxy.asked).toEqual([{ authority: 'login.acme.example:443', shown: undefined }])
  })

  it.each([
    ['a private key', pair.key, 'it has a block `PRIVATE KEY`'],
    ['nothing', '', 'there is none'],
    [
      'a broken certificate',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      'cannot be read',
    ],
  ])('a file with %s is refused in words', async (_, text, words) => {
    await expect(trusting(authorities(text))).rejects.toThrow(words)
  })

  it('a file that is not there is named', async () => {
    const file = join(folder, 'missing.pem')
    await expect(trusting({ file })).rejects.toThrow(`authorities in file ${file}: ENOENT`)
  })
})

describe('a proxy', () => {
  it('that does not answer is given up with the connection', async () => {
    const outward = {
      proxy: { url: 'http://127.0.0.1:9', id: 'a', credential: undefined, trust: undefined },
    }
    await expect(fetch('https://login.acme.example/', { ...use, outward })).rejects.toThrow(
      'ECONNREFUSED',
    )
  })

  it('whose credential cannot be read is not asked', async () => {
    const credential = () => Promise.reject(new Error('the file is gone'))
    const outward = { proxy: { url: proxy.url, id: 'a', credential, trust: undefined } }
    await expect(fetch('https://login.acme.example/', { ...use, outward })).rejects.toThrow('Error')
    expect(proxy.asked).toEqual([])
  })
})

describe('what `sallyport doctor` looks at goes the same way', () => {
  const rules = { allowAddresses: ['127.0.0.1/32'], timeoutMs: 5_000 }

  it('with the authorities of the configuration', async () => {
    const url = new URL(`https://127.0.0.1:${port}/`)
    expect(await reach(url, rules)).toMatchObject({ failed: 'tls' })
    const trust = await trusting(authorities(pair.certificate))
    expect(await reach(url, { ...rules, outward: { trust } })).toMatchObject({
      tls: { certificate: { subject: 'localhost' } },
    })
  })

  it('through the proxy, which resolves the name and may say no', async () => {
    const trust = await trusting(authorities(pair.certificate))
    const way = { url: proxy.url, id: 'a', credential: undefined, trust: undefined }
    const through = { ...rules, outward: { trust, proxy: way } }
    expect(await reach(new URL('https://localhost/'), through)).toMatchObject({
      addresses: [`resolved by the proxy ${proxy.url}`],
      tls: { certificate: { subject: 'localhost' } },
    })
    expect(await reach(new URL('https://elsewhere.acme.example/'), through)).toEqual({
      failed: 'connection',
      seen: `through ${proxy.url}: the proxy answered 502 to CONNECT elsewhere.acme.example:443`,
    })
  })
})
