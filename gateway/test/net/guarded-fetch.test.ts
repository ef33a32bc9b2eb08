import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGuardedFetch } from '../../src/net/guarded-fetch.ts'
import type { FetchUse } from '../../src/net/guarded-fetch.ts'
import { GuardedFetchError } from '../../src/net/guarded-fetch-error.ts'
import type { Resolve } from '../../src/net/lookup.ts'
import { assertKnownUndici } from '../../src/net/undici-version.ts'

const LOOPBACK = ['127.0.0.1/32']
let server: Server
let port: number
let connections: number
let requests: number
let answer: (req: IncomingMessage, res: ServerResponse) => void
let openFetches: { close: () => Promise<void> }[] = []

beforeEach(async () => {
  connections = 0
  requests = 0
  answer = (_req, res) => res.setHeader('content-type', 'application/json').end('{"keys":[]}')
  server = createServer((req, res) => {
    requests += 1
    answer(req, res)
  })
  server.on('connection', () => (connections += 1))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  port = (server.address() as AddressInfo).port
})

afterEach(async () => {
  await Promise.all(openFetches.map((fetch) => fetch.close()))
  openFetches = []
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

function open(resolve?: Resolve): ReturnType<typeof createGuardedFetch> {
  const fetch = createGuardedFetch(resolve === undefined ? {} : { resolve })
  openFetches.push(fetch)
  return fetch
}

/** Everything relaxed but the address: what is refused is refused by the address alone. */
function use(more: Partial<FetchUse> = {}): FetchUse {
  return {
    maxBytes: 1_000,
    totalMs: 2_000,
    mediaTypes: ['application/json'],
    allowHttp: true,
    ports: [port],
    ...more,
  }
}

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(GuardedFetchError)
  return (error as GuardedFetchError).reason
}

/** Answers the lists in turn, and the last one for ever. */
function answers(...lists: string[][]): Resolve & { asked: () => number } {
  let asked = 0
  const resolve: Resolve = (_hostname, done) => {
    const list = lists[Math.min(asked, lists.length - 1)] ?? []
    asked += 1
    done(
      null,
      list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }
  return Object.assign(resolve, { asked: () => asked })
}

describe('policy-audit §5.6: a listener sees zero connections', () => {
  const literals = [
    '127.0.0.1',
    'localhost',
    'localhost.',
    'a.localhost',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '0x7f.1',
    '127.1',
    '0.0.0.0',
    '0',
    '[::]',
    '[::1]',
    '169.254.169.254',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[fec0::1]',
    '[fe80::1]',
    '[::127.0.0.1]',
    '[4000::1]',
    '[100::1]',
    '[3fff::1]',
    '[2001:db8::1]',
    '192.0.2.1',
    '198.18.0.1',
    '192.0.0.1',
    '[fd00:ec2::254]',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
    'metadata.google.internal',
  ]
  it.each(literals)('H-11: %s is refused', async (host) => {
    expect(await reasonOf(open()(`http://${host}:${port}/`, use()))).toBe('address')
    expect(connections).toBe(0)
  })

  it('H-11: a name with a public and a private address is refused, whichever comes first', async () => {
    for (const list of [
      ['93.184.215.14', '127.0.0.1'],
      ['127.0.0.1', '93.184.215.14'],
      ['2606:2800:21f::1', '::ffff:127.0.0.1'],
    ]) {
      const fetch = open(answers(list))
      expect(await reasonOf(fetch(`http://acme.example:${port}/`, use()))).toBe('address')
    }
    expect(connections).toBe(0)
  })

  it('H-11: DNS rebinding: the socket goes to the very answer that was judged', async () => {
    const rebind = answers(['127.0.0.2'], ['127.0.0.1'])
    const fetch = open(rebind)
    const rule = use({ allowAddresses: ['127.0.0.2/32'] })
    expect(await reasonOf(fetch(`http://acme.example:${port}/`, rule))).toBe('unreachable')
    expect(rebind.asked()).toBe(1)
    expect(await reasonOf(fetch(`http://acme.example:${port}/`, rule))).toBe('address')
    expect(connections).toBe(0)
  })

  it('H-11: a name without an address is refused', async () => {
    expect(await reasonOf(open(answers([]))(`http://acme.example:${port}/`, use()))).toBe('address')
  })

  it('§5.3: a metadata address is opened by no wide range', async () => {
    const rule = use({ allowAddresses: ['169.254.0.0/16', '0.0.0.0/0'] })
    expect(await reasonOf(open()(`http://169.254.169.254:${port}/`, rule))).toBe('address')
  })
})

describe('policy-audit §5.3: the configuration opens what it spells out', () => {
  it('connects to an allowed range, by literal and by name', async () => {
    const fetch = open(answers(['127.0.0.1']))
    const rule = use({ allowAddresses: LOOPBACK })
    for (const host of ['127.0.0.1', 'acme.example', 'localhost']) {
      const response = await fetch(`http://${host}:${port}/`, rule)
      expect(response.status).toBe(200)
      expect(response.body.toString()).toBe('{"keys":[]}')
      expect(response.headers.get('content-type')).toBe('application/json')
    }
  })

  it('does not reuse the socket of another rule', async () => {
    const fetch = open(answers(['127.0.0.1']))
    await fetch(`http://acme.example:${port}/`, use({ allowAddresses: LOOPBACK }))
    expect(await reasonOf(fetch(`http://acme.example:${port}/`, use()))).toBe('address')
    expect(requests).toBe(1)
  })
})

describe('policy-audit §5.4: scheme, port, redirects', () => {
  it('https and port 443 are the default', async () => {
    const strict = { maxBytes: 10, totalMs: 1_000, mediaTypes: ['application/json'] }
    const local = { ...strict, allowAddresses: LOOPBACK }
    expect(await reasonOf(open()(`http://127.0.0.1:${port}/`, local))).toBe('scheme')
    expect(await reasonOf(open()(`https://127.0.0.1:${port}/`, local))).toBe('port')
    expect(await reasonOf(open()('file:///etc/passwd', local))).toBe('scheme')
    expect(await reasonOf(open()('https://a:b@127.0.0.1/', local))).toBe('url')
    expect(await reasonOf(open()('/jwks', local))).toBe('url')
    expect(connections).toBe(0)
  })

  it('J-16, C-16: a redirect is not followed', async () => {
    answer = (_req, res) => res.writeHead(302, { location: `http://127.0.0.1:${port}/next` }).end()
    const rule = use({ allowAddresses: LOOPBACK })
    expect(await reasonOf(open()(`http://127.0.0.1:${port}/`, rule))).toBe('redirect')
    expect(requests).toBe(1)
  })
})

describe('policy-audit §5.5: caps', () => {
  const get = (more: Partial<FetchUse> = {}): Promise<string> =>
    reasonOf(open()(`http://127.0.0.1:${port}/`, use({ allowAddresses: LOOPBACK, ...more })))

  it('J-16: a declared size over the cap is refused', async () => {
    answer = (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_001 })
      res.end(' '.repeat(1_001))
    }
    expect(await get()).toBe('too_large')
  })

  it('J-16: an endless body is cut at the cap', async () => {
    answer = (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' })
      const timer = setInterval(() => res.write('x'.repeat(400)), 1)
      res.on('close', () => clearInterval(timer))
    }
    expect(await get()).toBe('too_large')
  })

  it('J-16: a slow drip ends at the total time', async () => {
    answer = (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' })
      const timer = setInterval(() => res.write(' '), 10)
      res.on('close', () => clearInterval(timer))
    }
    expect(await get({ totalMs: 100 })).toBe('timeout')
  })

  it('J-16: silence ends at the total time', async () => {
    answer = () => undefined
    expect(await get({ totalMs: 100 })).toBe('timeout')
  })

  it('§5.5: the total time includes name resolution', async () => {
    const fetch = open(() => undefined)
    expect(await reasonOf(fetch('https://acme.example/', use({ ports: [443], totalMs: 50 })))).toBe(
      'timeout',
    )
  })

  it('D-03: a compressed answer is refused, and none is asked for', async () => {
    let asked: string | string[] | undefined
    answer = (req, res) => {
      asked = req.headers['accept-encoding']
      res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      res.end(gzipSync('{}'))
    }
    expect(await get({ headers: { 'accept-encoding': 'gzip' } })).toBe('encoding')
    expect(asked).toBe('identity')
  })

  it('J-16, C-15: another media type is refused, and a missing one', async () => {
    answer = (_req, res) => res.setHeader('content-type', 'text/html').end('<html>')
    expect(await get()).toBe('media_type')
    answer = (_req, res) => res.end('{}')
    expect(await get()).toBe('media_type')
  })

  it('an error status is given with its body only if the media type is accepted', async () => {
    answer = (_req, res) =>
      res.writeHead(400, { 'content-type': 'application/json; charset=utf-8' }).end('{"error":1}')
    const rule = use({ allowAddresses: LOOPBACK })
    const fetch = open()
    const url = `http://127.0.0.1:${port}/`
    expect(await fetch(url, rule)).toMatchObject({ status: 400, body: Buffer.from('{"error":1}') })
    answer = (_req, res) => res.writeHead(404, { 'content-type': 'text/html' }).end('<html>')
    expect(await fetch(url, rule)).toMatchObject({ status: 404, body: Buffer.alloc(0) })
  })

  it('§5.5: equal requests under way share one exchange, unequal ones do not', async () => {
    const fetch = open()
    const url = `http://127.0.0.1:${port}/`
    const rule = use({ allowAddresses: LOOPBACK })
    await Promise.all([fetch(url, rule), fetch(url, rule), fetch(url, rule)])
    expect(requests).toBe(1)
    await Promise.all([fetch(url, { ...rule, body: 'a', method: 'POST' }), fetch(`${url}b`, rule)])
    expect(requests).toBe(3)
  })

  it('§5.5: the number of exchanges at once is capped', async () => {
    const fetch = createGuardedFetch({ maxConcurrent: 1 })
    openFetches.push(fetch)
    const rule = use({ allowAddresses: LOOPBACK })
    const first = fetch(`http://127.0.0.1:${port}/1`, rule)
    expect(await reasonOf(fetch(`http://127.0.0.1:${port}/2`, rule))).toBe('busy')
    await first
  })
})

it('policy-audit §5.1: an unknown major of undici is refused at load', () => {
  expect(() => assertKnownUndici('7.16.0')).toThrow('undici 7.16.0')
  expect(() => assertKnownUndici('9.0.0')).toThrow('undici 9.0.0')
  expect(() => assertKnownUndici()).not.toThrow()
})
