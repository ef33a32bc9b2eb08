// The market data server over its socket, as a client of the modern era speaks to it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modernRequest, type ModernCall } from '../../src/modern-request.ts'
import { startMarketServer, type MarketServer } from '../../src/market-server/market-server.ts'

let server: MarketServer
beforeAll(async () => {
  server = await startMarketServer({ forecastStepMs: 5 })
})
afterAll(() => server.stop())

type Answer = {
  readonly result?: {
    readonly tools?: readonly { readonly name: string; readonly outputSchema?: object }[]
    readonly structuredContent?: Readonly<Record<string, unknown>>
    readonly isError?: boolean
    readonly resultType?: string
  }
  readonly error?: { readonly code: number }
}

test('MCP server/tools: tools/list names seven tools, each with a schema of its results', async () => {
  const { result } = await ask({ method: 'tools/list' })
  expect(result?.tools?.map(({ name }) => name)).toEqual([
    'list_markets',
    'get_prices',
    'get_load',
    'get_volumes',
    'forecast_load',
    'set_price_alert',
    'list_price_alerts',
  ])
  for (const tool of result?.tools ?? []) expect(tool.outputSchema).toBeDefined()
})

test.each([
  ['2026-03-29', 23],
  ['2026-10-25', 25],
  ['2026-06-15', 24],
])('get_prices of %s has %i hours', async (day, count) => {
  const prices = await call('get_prices', { market: 'DE-LU', day })
  expect(prices).toMatchObject({ unit: 'EUR/MWh', currency: 'EUR', timeZone: 'Europe/Berlin' })
  expect(prices?.['hours']).toHaveLength(count)
})

test('the same question has the same answer, another seed another', async () => {
  const question = { market: 'GB', day: '2026-06-15' }
  const first = await call('get_volumes', question)
  expect(await call('get_volumes', question)).toEqual(first)
  const other = await startMarketServer({ seed: 'other' })
  expect(await call('get_volumes', question, other.url)).not.toEqual(first)
  await other.stop()
})

test('an alert that is set is listed', async () => {
  const alert = { market: 'PJM-WEST', direction: 'above', threshold: 120.55 }
  const set = await call('set_price_alert', alert)
  expect(set).toMatchObject({ ...alert, currency: 'USD' })
  expect(await call('list_price_alerts', { market: 'PJM-WEST' })).toEqual({ alerts: [set] })
  expect(await call('list_price_alerts', { market: 'GB' })).toEqual({ alerts: [] })
})

test.each([
  ['get_prices', { market: 'XX', day: '2026-06-15' }],
  ['get_prices', { market: 'GB', day: '2026-02-30' }],
  ['forecast_load', { market: 'GB', day: '2026-06-15', days: 1.5 }],
  ['set_price_alert', { market: 'GB', direction: 'above', threshold: 1.005 }],
  ['set_price_alert', { market: 'GB', direction: 'above', threshold: '5' }],
])('bad arguments of %s are an error in the result: %j', async (name, args) => {
  const { result } = await ask({ method: 'tools/call', params: { name, arguments: args } })
  expect(result).toMatchObject({ isError: true, resultType: 'complete' })
})

test('MCP basic/utilities/progress: the forecast reports each day on a stream, then answers', async () => {
  const response = await post({
    method: 'tools/call',
    params: { name: 'forecast_load', arguments: { market: 'GB', day: '2026-06-15', days: 3 } },
    progressToken: 'p',
  })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const messages = (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)) as Record<string, unknown>)
  expect(messages.slice(0, 3).map(({ params }) => params)).toMatchObject(
    [1, 2, 3].map((progress) => ({ progressToken: 'p', progress, total: 3 })),
  )
  expect(messages[3]).toMatchObject({ result: { structuredContent: { unit: 'MW' } } })
})

test('SEP-2243: a header that differs from the body is answered 400 and -32020', async () => {
  const response = await post({
    method: 'tools/call',
    params: { name: 'list_markets', arguments: {} },
    headers: { 'mcp-name': 'get_prices' },
  })
  expect(response.status).toBe(400)
  expect(((await response.json()) as Answer).error?.code).toBe(-32020)
})

test('an old-era initialize is told which revisions there are', async () => {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    },
  })
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const response = await fetch(server.url, { method: 'POST', headers, body })
  expect(await response.json()).toMatchObject({
    error: { code: -32022, data: { supported: ['2026-07-28'] } },
  })
})

test('with a required token, nobody without it is answered', async () => {
  const guarded = await startMarketServer({ requiredToken: 'market-sample-secret' })
  const list = { method: 'tools/list' }
  expect((await post(list, guarded.url)).status).toBe(401)
  expect((await post({ ...list, token: 'wrong' }, guarded.url)).status).toBe(401)
  expect((await post({ ...list, token: 'market-sample-secret' }, guarded.url)).status).toBe(200)
  await guarded.stop()
})

test('M-19: a page of another origin is refused', async () => {
  const response = await post({ method: 'tools/list', headers: { origin: 'http://evil.example' } })
  expect(response.status).toBe(403)
})

function post(request: ModernCall, url = server.url) {
  return fetch(url, modernRequest(request))
}

async function ask(request: ModernCall, url = server.url): Promise<Answer> {
  return (await (await post(request, url)).json()) as Answer
}

async function call(name: string, args: object, url = server.url) {
  const { result } = await ask({ method: 'tools/call', params: { name, arguments: args } }, url)
  return result?.structuredContent
}
