// Streams cost little each, and nobody may hold as many as they like; a client that never reads holds none for long.
import { connect } from 'node:net'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startAskingTarget, type AskingTarget } from '../support/asking-target.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { untilOffered } from '../support/until-offered.ts'
import { openStream, type OpenStream } from '../support/open-stream.ts'

const WAIT = { timeout: 15_000, interval: 50 }
let target: AskingTarget
let world: TestGateway
beforeAll(async () => {
  target = await startAskingTarget()
  world = await startTestGateway({
    yaml: `  asking: { kind: mcp, url: "${target.url}", allowInsecureTarget: true }
limits: { streams: 12, resultBytes: 67108864 }`,
  })
  await untilOffered(world, 'asking')
})
afterAll(async () => {
  await world.stop()
  await target.stop()
})

function listen(sub: string): Promise<OpenStream> {
  const url = world.resource('records')
  const { headers, body } = modernRequest({
    method: 'subscriptions/listen',
    token: world.token({ claims: { sub } }),
    params: { notifications: { toolsListChanged: true } },
  })
  return openStream(url, headers, body)
}
const many = (sub: string, count: number) =>
  Promise.all(Array.from({ length: count }, () => listen(sub)))
const statuses = (streams: readonly OpenStream[]) =>
  streams.map(({ status }) => status).sort((a, b) => a - b)

test('D-06 control: somebody listens, and is acknowledged', async () => {
  const stream = await listen('alice')
  await vi.waitFor(() => expect(stream.messages).toHaveLength(1), WAIT)
  stream.close()
})

test('D-06 protocol §8: eight streams of one person at one client, twelve of all, and each that ends makes room', async () => {
  const alice = await many('alice', 9)
  expect(statuses(alice)).toEqual([...Array<number>(8).fill(200), 429])
  const bob = await many('bob', 6)
  expect(statuses(bob)).toEqual([...Array<number>(4).fill(200), 429, 429])
  for (const stream of alice) stream.close()
  await vi.waitFor(async () => {
    const again = await listen('bob')
    again.close()
    expect(again.status).toBe(200)
  }, WAIT)
  for (const stream of bob) stream.close()
})

test('D-06 protocol §8: a client that never reads its stream is cut off, and its call with it', async () => {
  const { headers, body } = modernRequest({
    method: 'tools/call',
    token: world.token({ resource: world.resource('asking') }),
    progressToken: 'p',
    params: { name: 'flood', arguments: {} },
  })
  const lines = Object.entries({ host: `127.0.0.1:${world.port}`, ...headers })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const socket = connect(world.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(
    `POST /mcp/asking HTTP/1.1\r\n${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  socket.pause()
  await vi.waitFor(() => {
    const [outcome] = world.audit().filter(({ kind }) => kind === 'outcome')
    expect(outcome?.['class']).toBe('cancelled')
  }, WAIT)
  socket.destroy()
})
