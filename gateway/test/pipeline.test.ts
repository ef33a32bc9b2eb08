// What happens between two stages, where a started gateway is too fast to be watched: the stages are the test's own, the
// pipeline is real. The gateway may not import the sample, so the request is written out.
import { resourcesOf } from '../src/catalogue/offers/owners.ts'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createBudgets } from '../src/authorize/limits/limits.ts'
import { rateLimitSettings, targetRateLimitSettings } from '../src/authorize/limits/settings.ts'
import { Permit } from '../src/authorize/permit.ts'
import { createSwitches } from '../src/authorize/switches/switches.ts'
import { createOpenStreams } from '../src/call/open-streams.ts'
import { createHeadSettings } from '../src/in/head-settings.ts'
import type { PipelineParts } from '../src/exchange.ts'
import { createUnderWay } from '../src/mcp/legacy/under-way.ts'
import { createPipeline } from '../src/pipeline.ts'
import { refuse } from '../src/refusal.ts'
import { createRoutes } from '../src/routes.ts'
import { createMemoryStore } from '../src/store/memory.ts'
import { systemClock as clock } from '../src/system/clock.ts'
import { identity, tool } from './authorize/world.ts'

const entry = tool('records___read')
const decision = { mode: 'ENFORCE', policies: [], setVersion: '', schemaVersion: '' } as const

async function start(successor?: { decide: () => object }) {
  const switches = createSwitches(createMemoryStore(clock), clock)
  onTestFinished(switches.close)
  await switches.refresh()
  const intent = Promise.withResolvers<number>()
  const audit = { intent: vi.fn(() => intent.promise), outcome: vi.fn(), refusal: vi.fn() }
  const connector = { call: vi.fn() }
  const budgets = createBudgets(clock, () => undefined)
  const limits = budgets.under({
    rateLimits: rateLimitSettings.parse({}),
    targets: { records: { rateLimits: targetRateLimitSettings.parse({}) } },
  })
  const leave = vi.spyOn(limits, 'leave')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const publicUrl = `http://127.0.0.1:${port}`
  const parts = {
    routes: createRoutes(publicUrl, ['records']),
    head: createHeadSettings({
      publicUrl,
      allowedOrigins: [],
      loopbackPort: port,
      nowMs: clock.monotonicMs,
    }),
    limits: { bodyBytes: 10_000 },
    input: {
      broughtBack: () => undefined,
      offered: (_target: string, meta: object) => meta,
      ofClient: (_inbound: unknown, outcome: object) => outcome,
    },
    sheds: () => undefined,
    identify: () => identity('alice'),
    revoked: () => undefined,
    authorize: {
      see: () => entry,
      decide: (
        who: ReturnType<typeof identity>,
        _entry: unknown,
        _args: unknown,
        requestId: string,
      ) =>
        new Permit({
          requestId,
          identity: who,
          entry,
          args: {},
          argsJson: '{}',
          address: '',
          decision,
        }),
    },
    successor: () => successor,
    access: { denied: vi.fn() },
    resources: () => resourcesOf([], [], ''),
    checkArguments: () => undefined,
    obtain: () => ({ kind: 'none' }),
    connectors: new Map([['records', connector]]),
    gates: { enter: () => ({ saw: vi.fn(), leave: vi.fn() }) },
    largeAnswers: { room: () => ({ grow: vi.fn(), leave: vi.fn() }) },
    audit,
    streams: createOpenStreams(),
    budgets: limits,
    switches,
    minProtocol: () => '2025-03-26',
    sessions: { underWay: createUnderWay() },
    traces: { of: () => undefined, ended: vi.fn() },
    clock,
    observe: vi.fn(),
    requiredScopes: [],
  }
  // Only what a call touches.
  server.on('request', createPipeline(parts as unknown as PipelineParts))
  return { switches, intent, audit, connector, leave, url: `${publicUrl}/mcp/records` }
}

const VERSION = '2026-07-28'
const call = (url: string) =>
  fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: 'Bearer x',
      'mcp-protocol-version': VERSION,
      'mcp-method': 'tools/call',
      'mcp-name': 'read',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'read',
        arguments: {},
        _meta: {
          'io.modelcontextprotocol/protocolVersion': VERSION,
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    }),
  })

test('kill switch: a call that waits for the disk is not sent, and the log says that it was not', async () => {
  const { switches, intent, audit, connector, leave, url } = await start()
  const answer = call(url)
  await expect.poll(() => audit.intent.mock.calls.length).toBe(1)
  await switches.disable({
    switched: { what: 'tool', name: 'records___read' },
    reason: '',
    sinceMs: 0,
  })
  intent.resolve(7)
  expect(await (await answer).json()).toMatchObject({
    result: { isError: true, _meta: { 'sallyport/refusal': { code: 'authorize.disabled' } } },
  })
  expect(connector.call).not.toHaveBeenCalled()
  expect(audit.outcome).toHaveBeenCalledExactlyOnceWith(
    7,
    expect.any(String),
    expect.objectContaining({ class: 'cancelled', resultBytes: 0 }),
    expect.any(Number),
  )
  expect(leave).toHaveBeenCalledOnce()
})

test('F-21: a call that began before a reload is refused as the new configuration refuses it', async () => {
  const decide = vi.fn(() => refuse('authorize.denied'))
  const { audit, connector, url } = await start({ decide })
  expect(await (await call(url)).json()).toMatchObject({
    result: { isError: true, _meta: { 'sallyport/refusal': { code: 'authorize.denied' } } },
  })
  expect(decide).toHaveBeenCalledOnce()
  expect(audit.intent).not.toHaveBeenCalled()
  expect(connector.call).not.toHaveBeenCalled()
})

test('control: the same call is sent when nothing was disabled, and its place at the target is given back', async () => {
  const { intent, connector, leave, url } = await start()
  const facts = {
    class: 'ok',
    status: 200,
    resultBytes: 2,
    result: undefined,
    targetRequestId: undefined,
  }
  connector.call.mockResolvedValue({ kind: 'result', body: Buffer.from('{}'), facts })
  intent.resolve(7)
  expect((await call(url)).status).toBe(200)
  expect(connector.call).toHaveBeenCalledOnce()
  expect(leave).toHaveBeenCalledOnce()
})
