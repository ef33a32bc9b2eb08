// Trace context from a client to a target of either era, into the log and the audit; and spans at a collector where one is
// configured (W3C Trace Context, SEP-414, OTLP/HTTP). What is no context goes nowhere.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { attributesOf, startCollector, type Collector } from '../support/collector.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { connectOld } from '../support/old-client.ts'
import { codeOf } from '../support/present.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`
const BUSY = { timeout: 15_000 }
const SECRET = 'canary-of-an-argument'

type Sent = { readonly params: { readonly _meta: Readonly<Record<string, unknown>> } }
const lastSent = (of: TestGateway) => {
  const call = of.target.recording.calls().at(-1)
  const headers = Object.fromEntries(
    (call?.rawHeaders ?? []).flatMap((name, at, all) =>
      at % 2 === 0 ? [[name.toLowerCase(), all[at + 1]]] : [],
    ),
  )
  const { params } = JSON.parse(call?.body.toString() ?? '{}') as Sent
  return { headers, meta: params['_meta'] }
}
const call = (of: TestGateway, meta: object, headers: Readonly<Record<string, string>> = {}) =>
  of.call({
    method: 'tools/call',
    params: { name: 'echo', arguments: { text: SECRET }, _meta: meta },
    headers,
  })
const lines = (of: TestGateway) =>
  of
    .log()
    .split('\n')
    .filter((line) => line.includes('"msg":"request"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('without a collector', () => {
  let world: TestGateway
  beforeAll(async () => {
    world = await startTestGateway()
  })
  afterAll(() => world.stop())

  test('a context goes on with a span of ours, in header and `_meta`, and stands in log and audit', async () => {
    await call(world, { traceparent: TRACEPARENT, tracestate: 'rojo=1', baggage: 'a=b' })
    const { headers, meta } = lastSent(world)
    expect(meta['traceparent']).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`))
    expect(meta['traceparent']).not.toContain(PARENT)
    expect(headers).toMatchObject({ traceparent: meta['traceparent'], tracestate: 'rojo=1' })
    expect(meta).toMatchObject({ tracestate: 'rojo=1', baggage: 'a=b' })
    expect(headers['baggage']).toBeUndefined()
    expect(world.audit().filter(({ kind }) => kind === 'intent')).toMatchObject([
      { traceId: TRACE },
    ])
    expect(lines(world).at(-1)).toMatchObject({ trace: TRACE })
    await call(world, { traceparent: TRACEPARENT })
    expect(lastSent(world).meta['traceparent']).not.toBe(meta['traceparent'])
  })

  test('a context in headers alone does the same', async () => {
    await call(world, {}, { traceparent: TRACEPARENT, tracestate: 'rojo=1' })
    const { headers, meta } = lastSent(world)
    expect(meta['traceparent']).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`))
    expect(headers).toMatchObject({ traceparent: meta['traceparent'], tracestate: 'rojo=1' })
  })

  test('what is no context reaches neither target nor log, and none is begun', async () => {
    const meta = { traceparent: '00-what-anybody-likes-01', tracestate: 'rojo=1' }
    await call(world, meta, { traceparent: `ff-${TRACE}-${PARENT}-01` })
    const sent = lastSent(world)
    expect(Object.keys(sent.meta).filter((name) => name.startsWith('trace'))).toEqual([])
    expect(sent.headers['traceparent']).toBeUndefined()
    expect(lines(world).at(-1)).not.toHaveProperty('trace')
  })

  test('a refusal has the trace of its request', async () => {
    const params = { name: 'no_such', arguments: {}, _meta: { traceparent: TRACEPARENT } }
    await world.call({ method: 'tools/call', params })
    await expect
      .poll(() => world.audit().filter(({ kind }) => kind === 'refusal'), BUSY)
      .toMatchObject([{ traceId: TRACE }])
  })
})

describe('with a collector', () => {
  let collector: Collector
  let world: TestGateway | undefined
  beforeAll(async () => {
    collector = await startCollector()
  })
  afterEach(async () => {
    await world?.stop()
    world = undefined
    collector.answerWith(200)
  })
  afterAll(() => collector.stop())

  async function start(settings = ''): Promise<TestGateway> {
    world = await startTestGateway({
      environment: { COLLECTOR: 'token-of-the-collector' },
      yaml: `traces: { endpoint: "${collector.url}", token: { env: COLLECTOR }, allowInsecure: true${settings} }`,
    })
    return world
  }

  test('one span for the exchange, one below it for the call of the target, and nothing of anybody in them', async () => {
    const of = await start()
    await call(of, { traceparent: TRACEPARENT, tracestate: 'rojo=1' })
    await expect.poll(() => collector.spans().length, BUSY).toBe(2)
    const [client, server] = collector.spans().toSorted((a, b) => b.kind - a.kind)
    expect(server).toMatchObject({
      traceId: TRACE,
      parentSpanId: PARENT,
      traceState: 'rojo=1',
      flags: 0x301,
      name: 'tools/call',
      kind: 2,
      status: {},
    })
    expect(client).toMatchObject({ traceId: TRACE, parentSpanId: server?.spanId, kind: 3 })
    expect(lastSent(of).meta['traceparent']).toBe(`00-${TRACE}-${client?.spanId}-01`)
    expect(server && attributesOf(server)).toMatchObject({
      'gen_ai.tool.name': 'records___echo',
      'sallyport.code': 'ok',
    })
    expect(client && attributesOf(client)).toMatchObject({ 'http.response.status_code': '200' })
    expect(BigInt(server?.endTimeUnixNano ?? 0)).toBeGreaterThanOrEqual(
      BigInt(client?.endTimeUnixNano ?? 0) - 1_000_000n,
    )
    expect(collector.resources()[0]).toMatchObject({ 'service.name': 'sallyport' })
    expect(collector.headers()[0]?.['authorization']).toBe('Bearer token-of-the-collector')
    const sent = JSON.stringify(collector.spans())
    for (const personal of [SECRET, 'alice', 'token-of']) expect(sent).not.toContain(personal)
  })

  test('a trace begins here where none came, and a client that does not want one sampled is not overruled', async () => {
    const before = collector.spans().length
    const of = await start(', sample: 1')
    await call(of, { traceparent: `00-${TRACE}-${PARENT}-00` })
    expect(lastSent(of).meta['traceparent']).toMatch(/-00$/)
    await call(of, {})
    await expect.poll(() => collector.spans().length, BUSY).toBe(before + 2)
    const traceId = collector.spans().at(-1)?.traceId
    expect(lastSent(of).meta['traceparent']).toContain(`00-${traceId}-`)
  })

  test('a collector that is away costs no call, and gets what waited when it is back', async () => {
    const before = collector.spans().length
    collector.answerWith(503)
    const of = await start()
    expect(codeOf(await call(of, {}))).toBeUndefined()
    await expect.poll(() => of.log(), BUSY).toContain('the collector of traces does not take them')
    collector.answerWith(200)
    await expect.poll(() => collector.spans().length, BUSY).toBe(before + 2)
  })

  test('a client of the old era is traced like any other', async () => {
    const before = collector.spans().length
    const of = await start()
    const { client } = await connectOld(of)
    const params = { name: 'echo', arguments: {}, _meta: { traceparent: TRACEPARENT } }
    await client.callTool(params)
    await expect
      .poll(
        () =>
          collector
            .spans()
            .slice(before)
            .filter(({ traceId }) => traceId === TRACE),
        BUSY,
      )
      .toHaveLength(2)
    await client.close()
  })
})
