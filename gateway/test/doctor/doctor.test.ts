// The doctor against real sockets: servers that are away, refuse, answer nonsense or have no good certificate, and names
// that do not resolve, each told apart (ux §3).
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { lookAtAuditDisk } from '../../src/doctor/audit-disk.ts'
import { examine, type DoctorParts } from '../../src/doctor/doctor.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { lookAtCertificate, lookAtPorts } from '../../src/doctor/listeners.ts'
import type { RunningGateway } from '../../src/doctor/running.ts'
import { createSecrets } from '../../src/secrets/resolve.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { systemClock } from '../../src/system/clock.ts'
import { selfSigned } from '../secrets/self-signed.ts'

let folder: string
const servers: Server[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-doctor-'))
})
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

const KEY = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
  'sign',
  'verify',
])
const JWK = { ...(await crypto.subtle.exportKey('jwk', KEY.publicKey)), kid: 'one', alg: 'ES256' }

async function listening(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function serving(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listening(createServer({ keepAlive: false }, listener))}`
}

/** An issuer whose clock goes `aheadMs` before ours. */
async function issuer(aheadMs = 0, keys: readonly unknown[] = [JWK]): Promise<string> {
  const origin: string = await serving((request, response) => {
    const document = request.url?.endsWith('/keys')
      ? { keys }
      : { issuer: origin, jwks_uri: `${origin}/keys` }
    response.setHeader('date', new Date(Date.now() + aheadMs).toUTCString())
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(document))
  })
  return origin
}

async function examined(
  more: { readonly issuers?: string; readonly yaml?: string },
  parts: Partial<DoctorParts> = {},
): Promise<readonly Finding[]> {
  const issuers = more.issuers ?? insecure(await issuer())
  const loaded = parseConfig(
    `publicUrl: http://127.0.0.1:1\nlisten: { port: 0 }\noperations: { port: 0 }\nauthorization: { mode: external, issuers: [${issuers}] }\npolicies: { folder: . }\n${more.yaml ?? ''}\n`,
    join(folder, 'sallyport.yaml'),
    {},
  )
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  const found: Finding[] = []
  const asked = { environment: {}, running: undefined, version: '1.2.3', node: '24.20.0', ...parts }
  for await (const finding of examine(loaded.config, asked)) found.push(finding)
  return found
}

const insecure = (url: string) =>
  `{ issuer: "${url}", profile: rfc9068, allowInsecureIssuer: true }`
const target = (url: string, more = '') =>
  `targets: { market: { kind: mcp, url: "${url}", allowInsecureTarget: true${more} } }`
const of = (found: readonly Finding[], check: Finding['check'], about?: string) =>
  found.filter((one) => one.check === check && (about === undefined || one.about.includes(about)))
const states = (found: readonly Finding[]) => found.map(({ state, cause }) => cause ?? state)

describe('ux §3: what is good is seen as good', () => {
  test('a fresh machine: nothing is wrong, and what is not there yet is not looked at', async () => {
    const found = await examined({})
    expect(found.filter(({ state }) => state === 'wrong')).toEqual([])
    expect(states(of(found, 'store'))).toEqual(['not looked at'])
    for (const check of ['node', 'port', 'certificate', 'metadata', 'keys', 'clock'] as const)
      expect([check, ...new Set(states(of(found, check)))]).toEqual([check, 'good'])
    expect(of(found, 'audit disk')[1]?.seen).toMatch(/fdatasync takes \d+\.\d\d ms/)
  })

  test('every finding that is not good says what to do', async () => {
    const found = await examined({ issuers: insecure('http://127.0.0.1:9') }, { node: '22.1.0' })
    const bad = found.filter(({ state }) => state === 'wrong' || state === 'warning')
    expect(bad.length).toBeGreaterThan(2)
    expect(bad.filter(({ fix }) => fix === undefined)).toEqual([])
  })
})

describe('ux §3: cannot reach is told apart from was refused', () => {
  test('nobody listens: cannot_reach, and what follows is not looked at', async () => {
    const found = await examined({ yaml: target('http://127.0.0.1:9/mcp') })
    expect(states(of(found, 'connection', ':9'))).toEqual(['cannot_reach'])
    expect(states(of(found, 'target'))).toEqual(['not looked at'])
  })

  test('a target that answers 401: was_refused', async () => {
    const url = await serving((_request, response) => response.writeHead(401).end())
    const found = await examined({ yaml: target(`${url}/mcp`) })
    expect(states(of(found, 'connection', url))).toEqual(['good'])
    expect(states(of(found, 'target'))).toEqual(['was_refused'])
  })

  test('a target that answers a page: wrong_answer', async () => {
    const url = await serving((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<p>welcome</p>')
    })
    expect(states(of(await examined({ yaml: target(`${url}/mcp`) }), 'target'))).toEqual([
      'wrong_answer',
    ])
  })

  test('a target that breaks the connection: cannot_reach', async () => {
    const url = await serving((request) => request.socket.destroy())
    expect(states(of(await examined({ yaml: target(`${url}/mcp`) }), 'target'))).toEqual([
      'cannot_reach',
    ])
  })

  test('a secret that is not there is a matter of this machine', async () => {
    const url = await serving((_request, response) => response.writeHead(401).end())
    const credential =
      ', credential: { kind: secret, header: authorization, secret: { env: NOT_SET } }'
    const found = await examined({ yaml: target(`${url}/mcp`, credential) })
    expect(of(found, 'target')).toMatchObject([{ state: 'wrong', cause: 'here' }])
    expect(of(found, 'target')[0]?.seen).toContain('NOT_SET')
  })

  test('a name without an address: name_not_resolved, and no connection is tried', async () => {
    const found = await examined(
      { issuers: '{ issuer: "https://login.acme.example", profile: rfc9068 }' },
      { resolve: (_name, done) => done(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []) },
    )
    expect(of(found, 'name')).toMatchObject([
      { state: 'wrong', cause: 'name_not_resolved', seen: 'login.acme.example: ENOTFOUND' },
    ])
    for (const check of ['connection', 'tls', 'metadata', 'keys', 'clock'] as const)
      expect([check, ...states(of(found, check))]).toEqual([check, 'not looked at'])
  })

  test('a private address that nobody spelled out: not_allowed', async () => {
    const found = await examined(
      { issuers: '{ issuer: "https://login.acme.example", profile: rfc9068 }' },
      { resolve: (_name, done) => done(null, [{ address: '10.1.2.3', family: 4 }]) },
    )
    expect(of(found, 'name')).toMatchObject([{ cause: 'not_allowed' }])
    expect(of(found, 'name')[0]?.fix).toContain('allowAddresses')
  })
})

describe('TLS of others', () => {
  const trusted = selfSigned()
  const before = getCACertificates('default')
  afterAll(() => setDefaultCACertificates(before))

  async function secure(material: ReturnType<typeof selfSigned>): Promise<number> {
    const { certificate: cert, key } = material
    return listening(
      createSecureServer({ cert, key }, (_request, response) => response.writeHead(403).end()),
    )
  }
  const byName: Partial<DoctorParts> = {
    resolve: (_name, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
  }
  const at = (port: number, name = 'localhost') =>
    `targets: { market: { kind: mcp, url: "https://${name}:${port}/mcp", allowAddresses: [127.0.0.0/8] } }`

  test('a certificate that nobody vouches for: tls_failed, with its reason', async () => {
    const found = await examined({ yaml: at(await secure(selfSigned())) }, byName)
    expect(of(found, 'tls')).toMatchObject([{ state: 'wrong', cause: 'tls_failed' }])
    expect(of(found, 'tls')[0]?.seen).toContain('DEPTH_ZERO_SELF_SIGNED_CERT')
  })

  test('a good one is shown with its end; thirty days before it a warning says so', async () => {
    setDefaultCACertificates([...before, trusted.certificate])
    const found = await examined({ yaml: at(await secure(trusted)) }, byName)
    expect(of(found, 'tls')).toMatchObject([{ state: 'warning' }])
    expect(of(found, 'tls')[0]?.seen).toMatch(/^TLSv1\.3, certificate of localhost by localhost/)
    expect(states(of(found, 'target'))).toEqual(['was_refused'])
  })

  test('a good one for another name: tls_failed', async () => {
    setDefaultCACertificates([...before, trusted.certificate])
    const found = await examined({ yaml: at(await secure(trusted), 'market.acme.example') }, byName)
    expect(of(found, 'tls')[0]).toMatchObject({ cause: 'tls_failed' })
    expect(of(found, 'tls')[0]?.seen).toContain('ERR_TLS_CERT_ALTNAME_INVALID')
  })
})

describe('issuers', () => {
  test.each([
    [2_000, 'good'],
    [-30_000, 'warning'],
    [90_000, 'here'],
  ])('F-12: a clock that goes %d ms ahead is %s', async (aheadMs, state) => {
    const found = await examined({ issuers: insecure(await issuer(aheadMs)) })
    expect(states(of(found, 'clock'))).toEqual([state])
  })

  test('metadata of another issuer: wrong_answer, which names it', async () => {
    const url = await serving((_request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end('{"issuer":"https://other.example","jwks_uri":"https://other.example/keys"}')
    })
    const [found] = of(await examined({ issuers: insecure(url) }), 'metadata')
    expect(found).toMatchObject({ cause: 'wrong_answer' })
    expect(found?.seen).toContain('https://other.example')
  })

  test('metadata behind a sign-in: was_refused', async () => {
    const url = await serving((_request, response) => response.writeHead(403).end())
    expect(states(of(await examined({ issuers: insecure(url) }), 'metadata'))).toEqual([
      'was_refused',
    ])
  })

  test('keys of which none can be used: wrong_answer; some that cannot: a warning', async () => {
    const symmetric = { kty: 'oct', k: 'c2VjcmV0', kid: 'two' }
    const none = await examined({ issuers: insecure(await issuer(0, [symmetric])) })
    expect(states(of(none, 'keys'))).toEqual(['wrong_answer'])
    const some = await examined({ issuers: insecure(await issuer(0, [JWK, symmetric])) })
    expect(states(of(some, 'keys'))).toEqual(['warning'])
  })
})

describe('this machine', () => {
  test('Node: too old is wrong, newer than what was tested is a warning', async () => {
    expect(states(of(await examined({}, { node: '24.14.1' }), 'node'))).toEqual(['here'])
    expect(states(of(await examined({}, { node: '26.0.0' }), 'node'))).toEqual(['warning'])
  })

  test('a port that another program has is wrong, and good where the gateway has it', async () => {
    const port = await listening(createServer())
    const config = {
      listen: { host: '127.0.0.1', port },
      operations: { host: '127.0.0.1', port: 0 },
    }
    expect(states(await lookAtPorts(config, false))).toEqual(['here', 'good'])
    expect(states(await lookAtPorts(config, true))).toEqual(['good', 'good'])
  })

  test('a store is whole; a file that is none is wrong; nothing is changed in either', async () => {
    mkdirSync(join(folder, 'state'), { mode: 0o700 })
    const path = join(folder, 'state/state.sqlite')
    const store = await createSqliteStore({ path }, systemClock)
    expect(of(await examined({}), 'store')).toMatchObject([{ state: 'good' }])
    await store.close()
    expect(of(await examined({}), 'store')[0]?.seen).toMatch(/^whole; schema 1 of 1, 0 rows/)
    writeFileSync(path, 'no database at all'.repeat(100))
    expect(states(of(await examined({}), 'store'))).toEqual(['here'])
  })

  test('a state folder that everybody may write is wrong, one for its group a warning', async () => {
    mkdirSync(join(folder, 'state'))
    for (const [mode, state] of [
      [0o777, 'here'],
      [0o770, 'warning'],
      [0o700, 'good'],
    ] as const) {
      chmodSync(join(folder, 'state'), mode)
      expect(states(of(await examined({}), 'state folder'))).toEqual([state])
    }
  })

  test('F-13: a disk without room for the reserve is wrong, unless the gateway has it already', async () => {
    const parts = { folder, reserveBytes: 2 ** 60, clock: systemClock }
    expect(states(lookAtAuditDisk({ ...parts, running: false }))).toEqual(['here', 'good'])
    expect(states(lookAtAuditDisk({ ...parts, running: true }))).toEqual(['warning', 'good'])
  })

  test('a disk that cannot be written is wrong', async () => {
    const parts = { reserveBytes: 1, running: false, clock: systemClock }
    const found = lookAtAuditDisk({ ...parts, folder: '/proc/self/audit' })
    expect(states(found)).toContain('here')
  })

  test('F-14: a disk that is slow to be sure of a write is a warning', async () => {
    let now = 0
    const clock = { monotonicMs: () => (now += 25) }
    const found = lookAtAuditDisk({ folder, reserveBytes: 1, running: false, clock })
    expect(found[1]).toMatchObject({ state: 'warning' })
    expect(found[1]?.seen).toContain('25.00 ms')
  })

  test('the own certificate: its key, its names, its chain and its end', async () => {
    const { certificate, key } = selfSigned()
    writeFileSync(join(folder, 'tls.crt'), certificate)
    writeFileSync(join(folder, 'tls.key'), key, { mode: 0o600 })
    const look = (publicUrl: string, wallMs: () => number = systemClock.wallMs) => {
      const clock = { ...systemClock, wallMs }
      const secrets = createSecrets({ clock, environment: {}, onRead: () => undefined })
      const tls = {
        certificate: { file: join(folder, 'tls.crt') },
        key: { file: join(folder, 'tls.key') },
      }
      return lookAtCertificate(
        { publicUrl, listen: { host: '127.0.0.1', port: 1, tls } },
        { secrets, clock },
      )
    }
    // It ends in thirty days, names localhost and leads to nobody but itself.
    expect(states(await look('https://localhost'))).toEqual(['warning', 'good', 'warning'])
    expect(states(await look('https://gate.acme.example'))).toEqual(['warning', 'here', 'warning'])
    const later = () => Date.now() + 31 * 86_400_000
    expect((await look('https://localhost', later))[0]).toMatchObject({ state: 'wrong' })
    writeFileSync(join(folder, 'tls.key'), selfSigned().key, { mode: 0o600 })
    expect(await look('https://localhost')).toMatchObject([{ state: 'wrong' }])
  })
})

describe('who gets the log', () => {
  test('a signer that is away, an anchor folder that is not there, a sink that is away', async () => {
    const yaml = `audit:
  signer: { socket: ./signer.sock }
  anchors: { disk: { kind: folder, path: ./no-such-folder } }
  sinks: { siem: { kind: https, url: "http://127.0.0.1:9/log", allowInsecure: true } }`
    const found = await examined({ yaml })
    expect(states(of(found, 'signer'))).toEqual(['cannot_reach'])
    expect(states(of(found, 'anchor'))).toEqual(['here'])
    expect(states(of(found, 'connection', ':9'))).toEqual(['cannot_reach'])
    expect(states(of(found, 'sink'))).toEqual(['not looked at'])
  })

  test('a gateway that runs says what they take', async () => {
    const url = await serving((_request, response) => response.end())
    const yaml = `audit: { sinks: { siem: { kind: https, url: "${url}/log", allowInsecure: true } } }`
    const follower = { kind: 'sink', id: 'siem', behind: '0', failing: undefined }
    const found = async (failing: string | undefined) => {
      const running = { ...RUNNING, followers: [{ ...follower, failing }] }
      return states(of(await examined({ yaml }, { running }), 'sink'))
    }
    expect(await found(undefined)).toEqual(['good'])
    expect(await found('it answered 403')).toEqual(['was_refused'])
    expect(await found('it answered 500')).toEqual(['wrong_answer'])
    // Nothing is posted to it by this command: what is posted is kept.
  })
})

const RUNNING: RunningGateway = {
  version: '1.2.3',
  ready: true,
  checks: [],
  targets: new Map(),
  followers: [],
}

describe('a gateway that runs', () => {
  test('what it says of itself is told: another version, parts that are down or degraded', async () => {
    const checks = [
      { name: 'store', state: 'down', reason: 'it does not answer' },
      { name: 'load', state: 'degraded', reason: '3 % are refused' },
      { name: 'audit', state: 'up', reason: undefined },
    ]
    const running = { ...RUNNING, version: '1.2.2', ready: false, checks }
    const found = of(await examined({}, { running }), 'gateway')
    expect(states(found)).toEqual(['warning', 'here', 'warning'])
    expect(found[0]?.seen).toContain('not ready')
  })

  test('a target that it has described is not asked again; one that it has not is', async () => {
    const asked: unknown[] = []
    const url = await serving((request, response) => {
      asked.push(request.url)
      response.writeHead(403).end()
    })
    const yaml = target(`${url}/mcp`)
    const up = new Map([['market', { state: 'up', reason: undefined }]])
    expect(
      states(of(await examined({ yaml }, { running: { ...RUNNING, targets: up } }), 'target')),
    ).toEqual(['good'])
    expect(asked).toEqual([])
    const down = new Map([['market', { state: 'down', reason: 'no' }]])
    expect(
      states(of(await examined({ yaml }, { running: { ...RUNNING, targets: down } }), 'target')),
    ).toEqual(['was_refused'])
    expect(asked.length).toBeGreaterThan(0)
  })
})
