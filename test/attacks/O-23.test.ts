// The token that came in goes nowhere: the target has a credential of its own or none, and never this one.
import { readdirSync, readFileSync, statSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

const SECRET = 'the-target-s-own-key-41'
let secrets: string
let world: TestGateway
beforeAll(async () => {
  secrets = mkdtempSync(join(tmpdir(), 'sallyport-secret-'))
  writeFileSync(join(secrets, 'key'), SECRET, { mode: 0o600 })
  world = await startTestGateway({
    targetSettings: `credential: { kind: secret, header: authorization, prefix: "Bearer ", secret: { file: "${join(secrets, 'key')}" } }`,
  })
})
afterAll(async () => {
  await world.stop()
  rmSync(secrets, { recursive: true })
})

const CALLS = [
  { method: 'tools/call', params: { name: 'echo', arguments: { hello: 'world' } } },
  { method: 'tools/call', params: { name: 'stream_records', arguments: { count: 2 } } },
  { method: 'tools/call', params: { name: 'delete_record', arguments: { id: 1 } } },
  { method: 'tools/call', params: { name: 'nothing', arguments: {} } },
  { method: 'tools/list' },
] as const

/** Sends every call with the token and headers that an obliging proxy might pass on. */
async function callAll(token: string): Promise<string> {
  let answers = ''
  for (const call of CALLS) {
    const { headers, body } = modernRequest({ ...call, token, progressToken: 'p' })
    const more = [
      ['X-Forwarded-Access-Token', token],
      ['X-Original-Authorization', `Bearer ${token}`],
      ['Cookie', `session=${token}`],
      ['Mcp-Session-Id', token.slice(-40)],
    ] as const
    const answer = await world.raw({
      path: '/mcp/records',
      headers: [...Object.entries(headers), ...more],
      body,
    })
    answers += JSON.stringify(answer.headers) + answer.body
  }
  return answers
}

const piecesOf = (token: string) => [...token.split('.'), token.slice(-40)]

test('O-23 MCP authorization: no byte that reaches the target is of the inbound token', async () => {
  const token = world.token()
  await callAll(token)
  expect(world.target.recording.calls('echo').length).toBeGreaterThan(0)
  const seen = world.target.recording.bytes().toString('latin1')
  for (const piece of piecesOf(token)) expect(seen.includes(piece)).toBe(false)
  expect(seen).not.toContain('eyJ')
})

test('O-23 MCP authorization: each call carries one Authorization header, with the target’s own credential', async () => {
  await callAll(world.token())
  for (const { rawHeaders } of world.target.recording.calls()) {
    const values = rawHeaders.filter(
      (_, index) => index % 2 === 1 && /^authorization$/i.exec(rawHeaders[index - 1] ?? ''),
    )
    expect(values).toEqual([`Bearer ${SECRET}`])
  }
})

test('O-23 RFC 9700 §4.9: neither the token nor the target’s credential is in an answer, the log or the state', async () => {
  const token = world.token()
  let written = (await callAll(token)) + world.log()
  const state = join(world.folder, 'state')
  for (const name of readdirSync(state, { recursive: true, encoding: 'utf8' })) {
    if (statSync(join(state, name)).isFile()) written += readFileSync(join(state, name), 'latin1')
  }
  for (const piece of [...piecesOf(token).slice(1), SECRET]) {
    expect(written.includes(piece)).toBe(false)
  }
})

test('O-23 control: the calls arrive and are answered', async () => {
  const answer = await world.call({ ...CALLS[0] })
  expect(answer.status).toBe(200)
  expect(answer.json()).toMatchObject({ result: { structuredContent: { tool: 'echo' } } })
})
