// Tokens leave no trace: whatever became of the request, no part of one is found in the log, the audit, the
// store, the metrics, the operator's answers or the answer itself. Eight hex digits of its SHA-256 are.
import { hash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Signer } from '@sallyport/gateway/audit/signer/signer.ts'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { createSigningKey } from '../support/issuer.ts'
import { startSink, type TestSink } from '../support/sink.ts'
import { startSignerIn } from '../support/signer.ts'

const SINK_TOKEN = 'canary-of-the-sink-71c0'

let world: TestGateway
let sink: TestSink
let signer: Signer
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-j-21-'))
  mkdirSync(join(folder, 'anchored'))
  sink = await startSink()
  signer = await startSignerIn(folder)
  world = await startTestGateway({
    folder,
    environment: { SINK_TOKEN },
    yaml: `log: { level: debug }
audit:
  reserveBytes: 65536
  checkpoint: { everyRecords: 1 }
  signer: { socket: ./s }
  anchors: { elsewhere: { kind: folder, path: ./anchored } }
  sinks: { siem: { kind: https, url: "${sink.url}", token: { env: SINK_TOKEN }, allowInsecure: true } }`,
  })
})
afterAll(async () => {
  await world.stop()
  await signer.close()
  await sink.stop()
  rmSync(folder, { recursive: true })
})

const CANARY = 'canary-9f3c71'
const params = { name: 'echo', arguments: {} }
const mallory = createSigningKey('mallory')

type Sent = { readonly token: string; readonly answer: string }
const sent: Sent[] = []

/** A call with these headers and path; what came back is kept with the token for the search. */
async function send(
  token: string,
  headers: readonly (readonly [string, string])[] = [['Authorization', `Bearer ${token}`]],
  path = '/mcp/records',
): Promise<void> {
  const call = modernRequest({ method: 'tools/call', params })
  const answer = await world.raw({
    path,
    headers: [...Object.entries(call.headers), ...headers],
    body: call.body,
  })
  const head = answer.headers.map(([name, value]) => `${name}: ${value}`)
  sent.push({ token, answer: [answer.statusLine, ...head, answer.body].join('\n') })
}

/** Everything that the gateway wrote anywhere. */
async function sinks(): Promise<ReadonlyMap<string, string>> {
  const found = new Map([['the log', world.log()]])
  found.set('the records at the sink', sink.received())
  for (const written of ['state', 'anchored']) {
    const names = readdirSync(join(folder, written), { recursive: true, encoding: 'utf8' })
    for (const name of names) {
      const path = join(folder, written, name)
      if (statSync(path).isFile()) found.set(name, readFileSync(path, 'latin1'))
    }
  }
  const metrics = await fetch(`http://127.0.0.1:${world.gateway.operationsPort}/metrics`)
  found.set('the metrics', await metrics.text())
  found.set('the status', await askOperator('/status'))
  return found
}

function askOperator(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath: world.gateway.adminSocket, path }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(Buffer.concat(chunks).toString()))
    })
      .on('error', reject)
      .end()
  })
}

/** Pieces of a token that would betray it: of its claims and of its signature. */
function pieces(token: string): readonly string[] {
  const [, claims = '', signature = ''] = token.split('.')
  return [
    claims.slice(0, 24),
    claims.slice(-24),
    signature.slice(0, 16),
    signature.slice(-16),
  ].filter((piece) => piece.length >= 16)
}

beforeAll(async () => {
  const claims = { canary: CANARY }
  const good = world.token({ claims })
  await send(good)
  await send(good)
  await send(world.token({ claims: { ...claims, exp: 1, iat: 0 } }))
  await send(world.token({ claims: { ...claims, aud: 'https://evil.example.test' } }))
  await send(world.token({ claims: { ...claims, iss: 'https://evil.example.test' } }))
  await send(world.token({ claims: { ...claims, sub: undefined } }))
  await send(world.token({ claims, header: { kid: 'unknown' } }))
  await send(world.token({ claims, header: { typ: 'JWT' } }))
  await send(world.token({ claims, key: { ...mallory, kid: world.issuer.key.kid } }))
  await send(`${world.token({ claims })}=`)
  const cut = world.token({ claims })
  await send(cut.slice(0, cut.lastIndexOf('.')))
  const twice = world.token({ claims })
  await send(twice, [
    ['Authorization', `Bearer ${twice}`],
    ['Authorization', `Bearer ${twice}`],
  ])
  for (const scheme of ['DPoP', 'Basic', 'Token', twice]) {
    await send(twice, [['Authorization', `${scheme} ${twice}`]])
  }
  await send(twice, [['Authorization', twice]])
  await send(twice, [], `/mcp/records?access_token=${twice}`)
  await send(twice, [], `/mcp/records/${twice}`)
  await send(twice, [[`X-${twice.slice(-40)}`, twice]])
  // What the parser refuses.
  await world.raw({ headers: [['Authorization', `Bearer ${twice}\n${twice}`]] })
  // Records are written in order: with those of the last call all others are there.
  await send(good)
  const id = /^x-sallyport-request-id: (.+)$/m.exec(sent.at(-1)?.answer ?? '')?.[1]
  const last = () => world.audit().filter((record) => record['requestId'] === id)
  await vi.waitFor(() => {
    if (!last().some((record) => record['kind'] === 'outcome')) throw new Error('not written yet')
  }, 10_000)
})

test('J-21 RFC 6750 §5.3: no piece of a token is in the answer to it', () => {
  for (const { token, answer } of sent) {
    for (const piece of pieces(token)) expect(answer).not.toContain(piece)
    expect(answer).not.toContain(CANARY)
  }
})

test('J-21 RFC 6750 §5.3: no piece of a token is in any sink', async () => {
  for (const [sink, text] of await sinks()) {
    for (const piece of sent.flatMap(({ token }) => pieces(token))) {
      expect(text.includes(piece), `${sink} contains a piece of a token`).toBe(false)
    }
    expect(text.includes(CANARY), `${sink} contains the canary`).toBe(false)
  }
})

test('J-21 RFC 6750 §5.3: the token of a sink is shown to the sink, and nowhere else', async () => {
  expect(sink.headers()[0]?.authorization).toBe(`Bearer ${SINK_TOKEN}`)
  for (const [name, text] of await sinks()) {
    expect(text.includes(SINK_TOKEN), `${name} contains the token of the sink`).toBe(false)
  }
})

test('J-21 control: records and checkpoints were at the sink and at the anchor, so there was something to find', async () => {
  await vi.waitFor(async () => {
    const all = await sinks()
    const checkpoints = [...all].filter(([name]) => name.endsWith('.checkpoints'))
    expect(checkpoints.map(([, text]) => text.length > 0)).toEqual([true, true])
    expect(all.get('the records at the sink')).toContain('"kind":"intent"')
  }, 10_000)
})

test('J-21 control: the good one of them got an answer and a record, so there was something to find', () => {
  expect(sent[0]?.answer).toContain('HTTP/1.1 200')
  expect(world.audit().map((record) => record['kind'])).toContain('intent')
  expect(world.log()).toContain('"msg":"request"')
})

test('J-21 RFC 6750 §5.3: what names a token is eight hex digits of its SHA-256', async () => {
  const digits = hash('sha256', sent[0]?.token ?? '', 'hex').slice(0, 8)
  const all = await sinks()
  expect(all.get('the log')).toContain(`"token":"${digits}"`)
  const audited = [...all].filter(([name]) => name.endsWith('.jsonl')).map(([, text]) => text)
  expect(audited.join('')).toContain(digits)
})
