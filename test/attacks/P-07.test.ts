// Secrets come by file, standard input or reference. What other people of the machine can see of a process (its
// arguments) has none, and no sink repeats the environment. The commands are tested where they are defined.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command as Commander } from 'commander'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '@sallyport/gateway/config/load.ts'
import { COMMANDS } from 'sallyport/src/commands.ts'
import { sallyport } from '../../cli/test/world/test-terminal.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { order } from '../support/operator.ts'
import { post } from '../support/post.ts'
import { codeOf } from '../support/present.ts'
import { rawRequest, sendRaw } from '../support/raw.ts'

const CANARY = 'CANARY-51c0de'
const OTHER = 'CANARY-unrelated'

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({
    environment: { TARGET_SECRET: CANARY, UNRELATED_PASSWORD: OTHER },
    targetSettings:
      'credential: { kind: secret, prefix: "Bearer ", secret: { env: TARGET_SECRET } }',
  })
})
afterAll(() => world.stop())

const SECRET = /token|secret|passw|passphrase|credential|api-?key|private|bearer|assertion|\bkey\b/i

test.each(COMMANDS.map(({ words, load }) => [words.join(' '), load] as const))(
  'P-07 CWE-214: `sallyport %s` takes no secret as a word',
  async (_words, load) => {
    const command = new Commander()
    ;(await load()).define(command)
    for (const { long, flags } of command.options) {
      const takesValue = /[<[]/.test(flags)
      // A path is no secret, nor is the public half of a signer's key.
      if (!takesValue || /<(file|verifier-key)>/.test(flags)) continue
      if (SECRET.test(flags)) expect(long).toMatch(/-(file|id)$/)
    }
    for (const argument of command.registeredArguments) expect(argument.name()).not.toMatch(SECRET)
  },
)

test('P-07 CWE-214: a token as a word is refused before anything is sent', async () => {
  const sent: unknown[] = []
  const refused = (...args: unknown[]) => {
    sent.push(args)
    return Promise.reject(new Error('nothing is sent here'))
  }
  for (const option of ['--token', '--access-token', '--bearer', '--password']) {
    const words = ['call', `${world.publicUrl}/mcp/records`, 'echo', option, CANARY]
    expect((await sallyport(words, { fetch: refused })).code).toBe(64)
  }
  expect(sent).toEqual([])
})

test('P-07 CWE-214: while a call is under way its process shows no token', async () => {
  const token = world.token()
  const file = join(world.folder, 'token')
  writeFileSync(file, `${token}\n`, { mode: 0o600 })
  world.target.behave({ beforeHeadMs: 1000 })
  const reached = world.callsAtTarget().length
  const words = ['call', `${world.publicUrl}/mcp/records`, 'echo', '--token-file', file]
  const child = spawn(process.execPath, ['cli/src/sallyport.js', ...words], { stdio: 'ignore' })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await expect.poll(() => world.callsAtTarget().length, { timeout: 20_000 }).toBe(reached + 1)
  const shown = ['cmdline', 'environ'].map((of) =>
    readFileSync(`/proc/${child.pid}/${of}`, 'latin1'),
  )
  world.target.behaveHonestly()
  expect(shown[0]).toContain('--token-file')
  for (const text of shown) expect(text).not.toContain(token.split('.')[2])
  expect(await ended).toBe(0)
})

test.each([
  'secret: CANARY-51c0de',
  'secret: [CANARY-51c0de]',
  'secret: { value: CANARY-51c0de }',
  'secret: { file: a, env: B }',
  'secret: { env: "${TARGET_SECRET}x y" }',
])('P-07 CWE-798: in the configuration `%s` is no reference and is refused', (text) => {
  const loaded = parseConfig(
    `publicUrl: https://gate.acme.example
authorization: { mode: external, issuers: [{ issuer: "https://login.acme.example", profile: rfc9068 }] }
policies: { folder: ./policies }
targets: { a: { kind: mcp, url: "https://a.example/", credential: { kind: secret, ${text} } } }
`,
    '/x/sallyport.yaml',
    { TARGET_SECRET: CANARY },
  )
  expect('problems' in loaded).toBe(true)
  expect(JSON.stringify(loaded)).not.toContain(CANARY)
})

test('P-07 CWE-526: a secret of the environment reaches its target and nothing else, the rest reaches nothing', async () => {
  const answer = await post(world)
  const calls = world.target.recording.calls('echo')
  expect(calls.at(-1)?.headers.get('authorization')).toBe(`Bearer ${CANARY}`)
  const get = (path: string) =>
    sendRaw(
      world.gateway.operationsPort,
      rawRequest({
        method: 'GET',
        path,
        headers: [
          ['Host', 'x'],
          ['Connection', 'close'],
        ],
      }),
    )
  const folder = join(world.folder, 'state')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
  const sinks = [
    answer.body,
    String(answer.headers),
    (await get('/metrics')).body,
    (await get('/readyz')).body,
    JSON.stringify((await order(world, '/reload')).body),
    JSON.stringify((await order(world, '/explain', { user: 'alice', tool: 'x', args: {} })).body),
    world.log(),
    ...files,
  ]
  for (const sink of sinks) {
    expect(sink).not.toContain(CANARY)
    expect(sink).not.toContain(OTHER)
  }
  expect(world.target.recording.bytes().toString('latin1')).not.toContain(OTHER)
})

test('P-07 control: by reference the secret is found and the call goes through', async () => {
  expect(codeOf(await post(world))).toBeUndefined()
})
