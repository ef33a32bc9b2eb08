// The configuration file as an attack. Nothing of this goes over the wire: it is tested where files are read, and at the
// commands that show what was read.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parseConfig } from '@sallyport/gateway/config/load.ts'
import { sallyport } from '../../cli/test/world/test-terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
mkdirSync(join(folder, 'policies'))
afterAll(() => rmSync(folder, { recursive: true }))

const BASE = `publicUrl: https://gate.acme.example
authorization:
  mode: external
  issuers: [{ issuer: "https://login.acme.example", profile: rfc9068 }]
policies: { folder: ./policies }
`
type Environment = Readonly<Record<string, string>>
const parse = (text: string, environment: Environment = {}) =>
  parseConfig(text, join(folder, 'sallyport.yaml'), environment)

function codes(text: string, environment: Environment = {}): readonly string[] {
  const loaded = parse(text, environment)
  return 'problems' in loaded ? loaded.problems.map(({ code }) => code) : []
}

test.each([
  'log: { level: !!js/function "function () {}" }',
  'log: { level: !!python/object/apply:os.system ["id"] }',
  'log: { level: !<tag:yaml.org,2002:js/undefined> "" }',
  'log: { level: !secret info }',
  'log: { level: !!binary aW5mbw== }',
  'log: !!set { level }',
  'log: !!omap [level: info]',
  '%YAML 1.1\n---\nlog: { level: info }',
  '%TAG ! tag:acme.example,2026:\n---\nlog: { level: info }',
])('P-05 YAML 1.2 §10.3: %j is refused: the core schema and no tags', (text) => {
  expect(codes(text.startsWith('%') ? `${text}\n${BASE}` : `${BASE}${text}\n`)).not.toEqual([])
})

test.each([
  [
    'yes is a text',
    'targets: { a: { kind: mcp, url: "https://a.example/", tools: { t: { readOnly: yes } } } }',
  ],
  ['0x10 in octal clothes', 'limits: { connections: "0o20" }'],
  ['a date is a text', 'listen: { port: 2026-01-01 }'],
  ['a merge key is a key', 'base: &b { level: info }\nlog: { <<: *b }'],
  ['a key twice', 'log: { level: info, level: debug }'],
  ['a key that is a map', 'log: { ? { a: b } : c }'],
  ['a second document', 'log: {}\n---\nlog: {}'],
])('P-05 YAML 1.2 §10.3: %s', (_what, text) => {
  expect(codes(`${BASE}${text}\n`)).not.toEqual([])
})

test('P-05 CWE-776: an alias bomb ends at 100 aliases, small as they may be', () => {
  const aliases = (count: number) =>
    `${BASE}allowedOrigins: [&o "https://app.acme.example"${', *o'.repeat(count)}]\n`
  expect(codes(aliases(100))).toEqual([])
  expect(codes(aliases(101))).toContain('config.too_complex')
})

test('P-05 CWE-776: a billion laughs, and an alias that holds itself, are refused at once', () => {
  let bomb = 'a0: &a0 [x, x, x, x, x, x, x, x, x]\n'
  for (let n = 1; n < 12; n++)
    bomb += `a${n}: &a${n} [${Array(9)
      .fill(`*a${n - 1}`)
      .join(', ')}]\n`
  expect(codes(BASE + bomb)).toContain('config.too_complex')
  expect(codes(`${BASE}loop: &l [*l]\n`)).toContain('config.too_complex')
  expect(codes(`${BASE}deep: ${'['.repeat(5000)}${']'.repeat(5000)}\n`)).not.toEqual([])
})

test.each([
  ['at the top', 'listne: { port: 1 }', 'listen'],
  ['below', 'listen: { prot: 1 }', 'port'],
  [
    'in a target',
    'targets: { a: { kind: mcp, url: "https://a.example/", allowInsecureTargets: true } }',
    'allowInsecureTarget',
  ],
])(
  'P-05 config: an unknown key %s is refused, and the right one suggested',
  (_where, text, right) => {
    const loaded = parse(`${BASE}${text}\n`)
    expect('problems' in loaded && JSON.stringify(loaded.problems)).toContain(right)
    expect(codes(`${BASE}${text}\n`)).toEqual(['config.unknown_key'])
  },
)

const CANARY = 'CANARY-7f3a9c'
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl'
const target = (more: string) => `targets: { a: { kind: mcp, url: "https://a.example/", ${more} } }`

test.each([
  ['in place of a reference', target(`credential: { kind: secret, secret: ${CANARY} }`)],
  [
    'in a reference of no kind',
    target(`credential: { kind: secret, secret: { value: ${CANARY} } }`),
  ],
  [
    'as user information',
    `targets: { a: { kind: mcp, url: "https://user:${CANARY}@a.example/" } }`,
  ],
  ['under an unknown key', `apiKey: ${CANARY}`],
  ['under an unknown key of another name', `listen: { colour: ${CANARY} }`],
  ['as a list where a map belongs', `listen: [${CANARY}]`],
  ['in a key of TLS', `listen: { tls: { certificate: { file: a }, key: ${CANARY} } }`],
  ['out of the environment', 'listen: { port: "${SECRET}" }'],
  ['out of the environment, in a URL', 'publicUrl: "${SECRET}"'],
  ['as a token', `log: { level: "${JWT}" }`],
  ['beside a broken line', `apiKey: ${CANARY}\n  - x: [`],
])(
  'P-05 CWE-209: a secret %s is in no message, on no terminal and in no JSON',
  async (_where, text) => {
    const file = join(folder, 'secret.yaml')
    writeFileSync(
      file,
      `${text.startsWith('publicUrl') ? BASE.replace(/^.*\n/, '') : BASE}${text}\n`,
    )
    for (const words of [
      ['config', 'check', '--config', file],
      ['config', 'check', '--config', file, '--json'],
      ['config', 'show', '--config', file],
    ]) {
      const { code, out, note } = await sallyport(words, { environment: { SECRET: CANARY } })
      expect(code).toBe(78)
      expect(out + note).not.toContain(CANARY)
      expect(out + note).not.toContain(JWT)
    }
  },
)

test('P-05 CWE-200: `config show` shows references and never what looks like a secret', async () => {
  const file = join(folder, 'shown.yaml')
  writeFileSync(
    file,
    `${BASE.replace('profile: rfc9068', `profile: rfc9068, audience: ["${JWT}", "Bearer ${CANARY}"]`)}${target('credential: { kind: secret, prefix: "Bearer ", secret: { env: TARGET_SECRET } }')}\n`,
  )
  const environment = { TARGET_SECRET: CANARY }
  for (const more of [[], ['--json']]) {
    const { code, out } = await sallyport(['config', 'show', '--config', file, ...more], {
      environment,
    })
    expect(code).toBe(0)
    expect(out).toContain('TARGET_SECRET')
    expect(out).toContain('(redacted)')
    expect(out).not.toContain(CANARY)
    expect(out).not.toContain(JWT)
  }
})

test('P-05 CWE-94: a variable of the environment changes a value and never the structure', () => {
  const hostile = 'info }\nlisten: { host: 0.0.0.0 }\nx: {'
  expect(codes(`${BASE}log: { level: "\${LEVEL}" }\n`, { LEVEL: hostile })).toEqual([
    'config.invalid_value',
  ])
  expect(codes(`${BASE}"\${KEY}": { port: 1 }\n`, { KEY: 'listen' })).toEqual([
    'config.unknown_key',
  ])
  expect(codes(`${BASE}log: \${LOG}\n`, { LOG: '{ level: info }' })).not.toEqual([])
  // What a variable holds is not looked into again.
  expect(codes(`${BASE}log: { level: "\${A}" }\n`, { A: '${B}', B: 'info' })).toEqual([
    'config.invalid_value',
  ])
  expect(codes(`${BASE}log: { level: "\${MISSING}" }\n`)).toEqual(['config.environment'])
  expect(codes(`${BASE}log: { level: "\${__proto__}" }\n`)).toEqual(['config.environment'])
})

test('P-05 control: a good configuration is taken, with a variable in it', () => {
  expect(codes(`${BASE}log: { level: "\${LEVEL}" }\n`, { LEVEL: 'debug' })).toEqual([])
  expect(codes(BASE)).toEqual([])
})
