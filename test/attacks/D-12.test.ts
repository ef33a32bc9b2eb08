// A hundred people ask for large results at once, and read them slowly or not at all. Only so many grow in memory at one
// time; the others wait, and so do their targets, until somebody has read. What the process's memory does is in
// `npm run promises -- D-12`.
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { rawRequest } from '../support/raw.ts'

const PEOPLE = 6
const ROOM = 2
const MIB = 1024 * 1024
const BYTES = 12 * MIB

let world: TestGateway
const sockets: Socket[] = []
beforeEach(async () => {
  world = await startTestGateway({
    yaml: `limits: { resultBytes: ${16 * MIB}, largeAnswersBytes: ${ROOM * 16 * MIB} }`,
    target: { behaviour: { answer: 'oversize', bytes: BYTES } },
  })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await world.stop()
})

/** Asks, and reads nothing until it is told to; how much it has read then. */
function asks(sub: string): { readonly read: () => void; readonly received: () => number } {
  const { headers, body } = modernRequest({
    method: 'tools/call',
    params: { name: 'echo', arguments: {} },
    token: world.token({ claims: { sub } }),
  })
  const named = [['Host', `127.0.0.1:${world.port}`] as const, ...Object.entries(headers)]
  const socket = connect(world.port, '127.0.0.1').pause()
  socket.on('error', () => undefined)
  socket.write(rawRequest({ path: '/mcp/records', headers: named, body }))
  sockets.push(socket)
  return {
    read: () => void socket.on('data', () => undefined).resume(),
    received: () => socket.bytesRead,
  }
}

const answers = async (state: string): Promise<number> => {
  const { operationsPort } = world.gateway
  const text = await (await fetch(`http://127.0.0.1:${operationsPort}/metrics`)).text()
  return Number(
    new RegExp(`^sallyport_large_answers{state="${state}"} (\\d+)$`, 'm').exec(text)?.[1],
  )
}

test('D-12 promises §5: as many large answers grow as there is room for, and the others wait their turn', async () => {
  const people = Array.from({ length: PEOPLE }, (_, n) => asks(`person-${n}`))
  await expect.poll(() => answers('waiting'), { timeout: 20_000 }).toBe(PEOPLE - ROOM)
  expect(await answers('inside')).toBe(ROOM)
  for (const { read } of people) read()
  for (const { received } of people) {
    await expect.poll(received, { timeout: 20_000 }).toBeGreaterThan(BYTES)
  }
  await expect.poll(() => answers('inside'), { timeout: 20_000 }).toBe(0)
})

test('D-12 promises §5: one person has no more than half of the room, so that others are served', async () => {
  const greedy = [asks('mallory'), asks('mallory'), asks('mallory')]
  await expect.poll(() => answers('waiting'), { timeout: 20_000 }).toBe(greedy.length - ROOM / 2)
  const other = asks('bob')
  other.read()
  await expect.poll(other.received, { timeout: 20_000 }).toBeGreaterThan(BYTES)
})

test('D-12 control: small answers do not wait for large ones', async () => {
  for (const n of [1, 2, 3, 4]) asks(`person-${n}`)
  await expect.poll(() => world.callsAtTarget().length, { timeout: 20_000 }).toBe(4)
  world.target.behaveHonestly()
  const params = { name: 'echo', arguments: {} }
  expect((await world.call({ method: 'tools/call', params })).status).toBe(200)
})
