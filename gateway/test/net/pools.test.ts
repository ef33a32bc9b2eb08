import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Resolve } from '../../src/net/lookup.ts'
import { createPools } from '../../src/net/pools.ts'
import type { PoolRules, UpstreamPool } from '../../src/net/pools.ts'

let server: Server
let port: number
let connections: number
let pools: UpstreamPool[] = []

beforeEach(async () => {
  connections = 0
  server = createServer((req, res) => {
    req.resume()
    req.on('end', () => res.end('ok'))
  })
  server.on('connection', () => (connections += 1))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  port = (server.address() as AddressInfo).port
})
afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.close()))
  pools = []
  await new Promise((resolve) => server.close(resolve))
})

function open(host: string, rules: Partial<PoolRules> = {}, addresses?: string[]): UpstreamPool {
  const resolve: Resolve = (_hostname, done) =>
    done(null, addresses?.map((address) => ({ address, family: 4 })) ?? [])
  const pool = createPools(addresses === undefined ? {} : { resolve }).open(`${host}:${port}`, {
    connectMs: 1_000,
    allowInsecureTarget: true,
    allowAddresses: [],
    ...rules,
  })
  pools.push(pool)
  return pool
}

function send(pool: UpstreamPool, connectionKey?: string): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    pool.dispatch(
      {
        path: '/',
        method: 'POST',
        headers: [],
        body: Buffer.from('{}'),
        headersTimeout: 1_000,
        bodyTimeout: 1_000,
      },
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: (_controller, chunk) => void (text += chunk.toString()),
        onResponseEnd: () => resolve(text),
        onResponseError: (_controller, error) => resolve(error.name),
      },
      connectionKey,
    )
  })
}

describe('H-11: the address guard of targets', () => {
  it.each([
    ['http://127.0.0.1', { allowInsecureTarget: false }, undefined],
    ['https://127.0.0.1', { allowInsecureTarget: false }, undefined],
    ['https://localhost', { allowInsecureTarget: false }, undefined],
    ['https://acme.example', { allowInsecureTarget: false }, ['127.0.0.1']],
    ['https://acme.example', { allowInsecureTarget: false }, ['93.184.215.14', '127.0.0.1']],
    [
      'https://127.0.0.1',
      { allowInsecureTarget: false, allowAddresses: ['10.0.0.0/8'] },
      undefined,
    ],
    [
      'http://127.0.0.1',
      { allowInsecureTarget: false, allowAddresses: ['127.0.0.1/32'] },
      undefined,
    ],
    ['http://169.254.169.254', {}, undefined],
    ['http://[fe80::1]', {}, undefined],
    ['http://acme.example', {}, ['169.254.169.254']],
  ] as const)('%s under %j opens no connection', async (host, rules, addresses) => {
    expect(await send(open(host, rules, addresses && [...addresses]))).toBe('BlockedAddress')
    expect(connections).toBe(0)
  })

  it('the relaxation opens this host, by address and by name', async () => {
    expect(await send(open('http://127.0.0.1'))).toBe('ok')
    expect(await send(open('http://localhost', {}, ['127.0.0.1']))).toBe('ok')
    expect(await send(open('http://acme.example', {}, ['127.0.0.1']))).toBe('ok')
  })
})

describe('performance §4: connections are kept', () => {
  it('one per connection key, never shared between two', async () => {
    const pool = open('http://127.0.0.1')
    const settled = () => new Promise((resolve) => setTimeout(resolve, 5))
    for (const key of [undefined, 'alice', 'bob', undefined, 'alice', 'bob']) {
      expect(await send(pool, key)).toBe('ok')
      await settled()
    }
    expect(connections).toBe(3)
  })

  it('a closed pool ends in an error, not in a hanging call', async () => {
    const pool = open('http://127.0.0.1')
    await pool.close()
    pools = []
    expect(await send(pool)).toMatch(/^Client(Closed|Destroyed)Error$/)
  })
})
