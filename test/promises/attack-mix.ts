// The attack mix of a soak: one request after the other that no gateway may serve, in turn, on a connection of its own
// each. What each one is refused with is in test/attacks; here it is only the company that good calls are in.
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { createSigningKey, encode } from '../support/issuer.ts'
import { rawRequest } from '../support/raw.ts'
import type { ProcessWorld } from './process-world.ts'

export type AttackMix = {
  /** Answers with a status of 2xx: there must be none but refusals in a result. */
  readonly served: () => number
  readonly made: () => number
  readonly end: () => Promise<void>
}

const PAUSE_MS = 20
const stranger = createSigningKey('test-key-1')

export function startAttackMix(world: ProcessWorld): AttackMix {
  const ending = new AbortController()
  let made = 0
  let served = 0
  const attacks = [...badTokens(world), ...badRequests(world)]
  const running = (async () => {
    while (!ending.signal.aborted) {
      const bytes = attacks[made % attacks.length]?.() ?? Buffer.alloc(0)
      made += 1
      const answer = await exchange(world.port, bytes, made % 7 === 0)
      if (/^HTTP\/1\.1 2\d\d/.test(answer) && answer.includes('"structuredContent"')) served += 1
      await wait(PAUSE_MS)
    }
  })()
  return {
    served: () => served,
    made: () => made,
    async end() {
      ending.abort()
      await running
    },
  }
}

type Make = () => Buffer

function post(world: ProcessWorld, token: string, body?: string | Buffer): Buffer {
  const good = modernRequest({
    method: 'tools/call',
    params: { name: 'echo', arguments: {} },
    token,
  })
  const headers = [['Host', `127.0.0.1:${world.port}`] as const, ...Object.entries(good.headers)]
  return rawRequest({ path: '/mcp/records', headers, body: body ?? good.body })
}

function badTokens(world: ProcessWorld): readonly Make[] {
  const { resource, token, issuer } = world
  const parts = (): string[] => token().split('.')
  return [
    () => post(world, issuer.mint(resource('records'), { key: stranger })),
    () => post(world, issuer.mint('https://elsewhere.example/mcp')),
    () => post(world, token({ claims: { exp: 1_000_000_000 } })),
    () => post(world, token({ header: { kid: `unknown-${performance.now()}` } })),
    () => post(world, `${encode({ alg: 'none', typ: 'at+jwt' })}.${parts()[1]}.`),
    () => post(world, token({ claims: { groups: ['strangers'] } })),
    () => post(world, 'x'.repeat(9_000)),
  ]
}

function badRequests(world: ProcessWorld): readonly Make[] {
  const good = world.token({ claims: { sub: 'mallory' } })
  const head = `POST /mcp/records HTTP/1.1\r\nHost: 127.0.0.1:${world.port}\r\n`
  return [
    () => post(world, good, '{"jsonrpc":"2.0","id":1,"id":2}'),
    () => post(world, good, `${'['.repeat(10_000)}${']'.repeat(10_000)}`),
    () => post(world, good, Buffer.alloc(1_100_000, 0x20)),
    () =>
      Buffer.from(`${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / `),
    () => Buffer.from(`${head}X: ${'y'.repeat(20_000)}\r\n\r\n`),
    () => Buffer.from(`${head}Content-Length: 100\r\n\r\nhalf`),
    () => Buffer.from('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
  ]
}

/** `leaves`: goes away before it is answered. */
function exchange(port: number, bytes: Buffer, leaves: boolean): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(bytes)
      if (leaves) setTimeout(() => socket.resetAndDestroy(), 2)
    })
    const late = setTimeout(() => socket.destroy(), 300)
    socket.on('data', (piece: Buffer) => {
      text += piece.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.once('close', () => {
      clearTimeout(late)
      resolve(text)
    })
  })
}
