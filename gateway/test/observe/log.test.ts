import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLog } from '../../src/observe/log.ts'
import type { Log } from '../../src/observe/log.ts'
import type { LogLevel } from '../../src/observe/settings.ts'

const JWT = 'eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ'

function setUp(level: LogLevel = 'debug'): {
  log: Log
  text: () => string
  lines: () => Record<string, unknown>[]
  later: () => void
} {
  const written: string[] = []
  let now = 1000
  const log = createLog({
    level,
    stream: { write: (line) => void written.push(line) },
    clock: { wallMs: () => now, monotonicMs: () => now },
  })
  return {
    log,
    text: () => written.join(''),
    lines: () =>
      written
        .join('')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    later: () => void (now += 1001),
  }
}

// prettier-ignore
const HOSTILE = ['\r\n{"level":60,"msg":"forged"}', '\u001b[2J\u001b[31m', '","level":60,"x":"', '\u2028\u2029\u0085', '\u202e\u2066', '\\', '"', '\0', '\ud800', 'x'.repeat(10_000_000)]

describe('H-17: each record is one valid line of JSON', () => {
  test.each(HOSTILE.map((text) => [JSON.stringify(text.slice(0, 30)), text]))(
    'with %s in every place',
    (_, text) => {
      const { log, lines, text: all } = setUp()
      log.warn({ [text]: text, inner: { [text]: [text] }, error: new Error(text) }, text)
      log.request({ requestId: 'r', tool: text, status: 200 })
      expect(lines()).toHaveLength(2)
      expect(lines().map(({ level }) => level)).toEqual([40, 30])
      for (const line of all().split('\n')) {
        expect(line.length).toBeLessThan(16 * 1024)
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      }
    },
  )

  test('whatever is passed in', () => {
    fc.assert(
      fc.property(
        fc.object({
          withBigInt: true,
          withDate: true,
          withNullPrototype: true,
          withTypedArray: true,
        }),
        fc.string({ unit: 'binary' }),
        (fields, message) => {
          const { log, lines, text } = setUp()
          log.info(fields, message)
          expect(lines()).toHaveLength(1)
          expect(Buffer.byteLength(text())).toBeLessThan(16 * 1024 + 1)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('fields cannot pose as the members of the log itself', () => {
    const { log, text } = setUp()
    log.info({ level: 'fake', time: 1, msg: 'fake', pid: 1 }, 'true')
    expect(text().match(/"level":/g)).toHaveLength(1)
    expect(text().match(/"msg":/g)).toHaveLength(1)
    expect(text()).toContain('"field_msg":"fake"')
  })

  test('a circular value, a getter that throws and depth end a line and not the process', () => {
    const { log, lines } = setUp()
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    log.info({ circular }, 'x')
    expect(lines()).toHaveLength(1)
  })
})

describe('J-21: tokens and secrets', () => {
  test.each([
    ['a JWT in a field', { note: JWT }],
    ['a JWT inside a text', { note: `got ${JWT}, sorry` }],
    ['a JWT cut short', { note: JWT.slice(0, 60) }],
    ['a JWT in an error', { error: new Error(`bad ${JWT}`) }],
    ['a JWT in the cause of an error', { error: new Error('x', { cause: new Error(JWT) }) }],
    ['a JWT deep inside', { a: { b: [{ c: JWT }] } }],
    ['a JWT as a name', { [JWT]: 1 }],
    ['an authorization header', { authorization: 'canary' }],
    ['a cookie', { headers: { Cookie: 'canary' } }],
    ['a client secret', { client_secret: 'canary' }],
    ['an opaque token after its scheme', { note: 'Bearer c2lnbmF0dXJlLWNhbmFyeQ' }],
    ['a password in a URL', { url: 'postgres://user:canary@db' }],
    ['a private key', { pem: '-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----' }],
  ])('%s is not written', (_, fields) => {
    const { log, text } = setUp()
    log.info(fields, 'x')
    expect(text()).not.toMatch(/canary|c2lnbmF0dXJl|eyJzdWIi/)
  })

  test('neither does a request line write one', () => {
    const { log, text } = setUp()
    for (const value of [JWT, `Bearer ${JWT}`, 'https://u:canary@x', 'Basic Y2FuYXJ5Y2FuYXJ5']) {
      log.request({ requestId: 'r', tool: value })
      log.request({ requestId: 'r', code: value, peer: 'p' })
    }
    expect(text()).not.toMatch(/canary|c2lnbmF0dXJl|Y2FuYXJ5/)
  })

  test('eight hex digits of its hash are', () => {
    const { log, text } = setUp()
    log.info({ tokenHash8: '0a1b2c3d' }, 'x')
    log.request({ tokenHash8: '0a1b2c3d' })
    expect(text().match(/0a1b2c3d/g)).toHaveLength(2)
  })
})

describe('D-14: amplification', () => {
  test('refusals of one kind are written 100 times a second, the others counted', () => {
    const { log, lines, later } = setUp()
    for (let i = 0; i < 1000; i++) log.request({ code: 'identify.no_token', peer: '10.0.0.1' })
    log.request({ code: 'identify.no_token', peer: '10.0.0.2' })
    expect(lines()).toHaveLength(101)
    later()
    log.request({ requestId: 'next' })
    expect(lines()).toHaveLength(103)
    expect(lines()[101]).toMatchObject({ kind: 'identify.no_token 10.0.0.1', suppressed: 900 })
  })

  test('answered requests are all written', () => {
    const { log, lines } = setUp()
    for (let i = 0; i < 1000; i++) log.request({ requestId: 'r' })
    expect(lines()).toHaveLength(1000)
  })

  test('a flood of different kinds is bounded as well', () => {
    const { log, lines } = setUp()
    for (let i = 0; i < 5000; i++) log.request({ code: 'x', peer: String(i) })
    expect(lines()).toHaveLength(1100)
  })
})

test('the level decides what is written', () => {
  const { log, lines } = setUp('warn')
  log.debug({}, 'a')
  log.info({}, 'b')
  log.request({ requestId: 'r' })
  log.warn({}, 'c')
  log.request({ requestId: 'r', code: 'in.timeout', peer: 'p' })
  log.error({}, 'd')
  expect(lines().map(({ msg }) => msg)).toEqual(['c', 'request', 'd'])
})
