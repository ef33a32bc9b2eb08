import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createGuardedFetch } from '../../src/net/guarded-fetch.ts'
import { createPools } from '../../src/net/pools.ts'
import { selfSigned } from '../secrets/self-signed.ts'

const { certificate: cert, key } = selfSigned()

let server: Server
let port: number
let requests = 0

beforeEach(async () => {
  requests = 0
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  server = createServer({ cert, key }, (_request, response) => {
    requests += 1
    response.setHeader('content-type', 'application/json').end('{"keys":[]}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterEach(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

describe('a certificate that nobody vouches for, while the environment says that none is verified', () => {
  it('gives no keys of an issuer', async () => {
    const fetch = createGuardedFetch()
    const fetched = fetch(`https://127.0.0.1:${port}/jwks`, {
      maxBytes: 1_000,
      totalMs: 5_000,
      mediaTypes: ['application/json'],
      allowAddresses: ['127.0.0.1/32'],
      ports: [port],
    })
    await expect(fetched).rejects.toThrow('DEPTH_ZERO_SELF_SIGNED_CERT')
    await fetch.close()
    expect(requests).toBe(0)
  })

  it('gets no call, relaxed as the target may be', async () => {
    const pool = createPools().open(`https://127.0.0.1:${port}`, {
      connectMs: 5_000,
      allowInsecureTarget: true,
      allowAddresses: [],
    })
    const failed = new Promise<unknown>((resolve) => {
      pool.dispatch(
        {
          path: '/',
          method: 'POST',
          headers: [],
          body: Buffer.from('{}'),
          headersTimeout: 5_000,
          bodyTimeout: 5_000,
        },
        {
          onRequestStart: () => undefined,
          onResponseStart: () => undefined,
          onResponseData: () => undefined,
          onResponseEnd: () => resolve('answered'),
          onResponseError: (_controller, error) => resolve(error),
        },
      )
    })
    expect(await failed).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    await pool.close()
    expect(requests).toBe(0)
  })
})
