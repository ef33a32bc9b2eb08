// A target that says again and again that something has changed makes neither the gateway nor its clients busy.
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startAskingTarget, type AskingTarget } from '../support/asking-target.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { untilOffered } from '../support/until-offered.ts'
import { openStream } from '../support/open-stream.ts'

const WAIT = { timeout: 10_000, interval: 20 }
let target: AskingTarget
let world: TestGateway
beforeAll(async () => {
  target = await startAskingTarget()
  world = await startTestGateway({
    yaml: `  asking: { kind: mcp, url: "${target.url}", allowInsecureTarget: true }`,
  })
  await untilOffered(world, 'asking')
})
afterAll(async () => {
  await world.stop()
  await target.stop()
})

async function listen(notifications: object) {
  const url = world.resource('asking')
  const { headers, body } = modernRequest({
    method: 'subscriptions/listen',
    token: world.token({ resource: url }),
    params: { notifications },
  })
  const stream = await openStream(url, headers, body)
  await vi.waitFor(() => expect(target.listening()).toBe(1), WAIT)
  return stream
}

test('D-07 control: a change reaches whoever listens', async () => {
  const stream = await listen({ resourceSubscriptions: ['notes://plan'] })
  await vi.waitFor(() => {
    target.notify.resourceUpdated('notes://plan')
    expect(stream.messages.length).toBeGreaterThan(1)
  }, WAIT)
  stream.close()
  await vi.waitFor(() => expect(target.listening()).toBe(0), WAIT)
})

test('D-07 MCP subscriptions/listen: a storm of changes is one note a second', async () => {
  const stream = await listen({ toolsListChanged: true, resourceSubscriptions: ['notes://plan'] })
  const descriptions = () => target.asked.filter((method) => method === 'server/discover').length
  const before = descriptions()
  const startedMs = performance.now()
  for (let change = 0; change < 500; change += 1) {
    target.notify.resourceUpdated('notes://plan')
    target.notify.toolsChanged()
    if (change % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 100))
  }
  // A marker behind the storm: everything before it has been seen.
  await vi.waitFor(() => expect(stream.messages.length).toBeGreaterThan(1), WAIT)
  const seconds = Math.ceil((performance.now() - startedMs) / 1_000)
  expect(stream.messages.length).toBeLessThanOrEqual(2 + seconds + 1)
  expect(descriptions() - before).toBeLessThanOrEqual(2 + 2 * seconds)
  stream.close()
})
