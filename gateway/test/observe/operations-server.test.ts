import { afterEach, describe, expect, test } from 'vitest'
import { createHealth } from '../../src/observe/health.ts'
import type { Health } from '../../src/observe/health.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { listenOperations } from '../../src/observe/operations-server.ts'
import type { OperationsServer } from '../../src/observe/operations-server.ts'
import { addProcessMetrics } from '../../src/observe/process-metrics.ts'

let server: OperationsServer | undefined
afterEach(async () => server?.close())

async function start(): Promise<{ health: Health; get: typeof fetch }> {
  const health = createHealth()
  const metrics = createMetrics()
  const stop = addProcessMetrics(metrics)
  const listening = await listenOperations({ host: '127.0.0.1', port: 0, health, metrics })
  server = { ...listening, close: async () => (stop(), listening.close()) }
  const { port } = listening
  return { health, get: (path, init) => fetch(`http://127.0.0.1:${port}${path as string}`, init) }
}

describe('the listener for operations', () => {
  test('is ready when every check is up or degraded, and says which are not', async () => {
    const { health, get } = await start()
    const store = health.check('store')
    const target = health.check('target market')
    expect((await get('/readyz')).status).toBe(503)
    store.up()
    target.degraded('it answers slowly')
    const ready = await get('/readyz')
    expect(ready.status).toBe(200)
    expect(await ready.json()).toEqual({
      ready: true,
      checks: [
        { name: 'store', state: 'up' },
        { name: 'target market', state: 'degraded', reason: 'it answers slowly' },
      ],
    })
    store.down('it does not answer')
    expect((await get('/readyz')).status).toBe(503)
    store.up()
    health.drain()
    expect((await get('/readyz')).status).toBe(503)
    expect((await get('/healthz')).status).toBe(200)
  })

  test('serves metrics in the media type of OpenMetrics', async () => {
    const { get } = await start()
    const answer = await get('/metrics')
    expect(answer.headers.get('content-type')).toContain(
      'application/openmetrics-text; version=1.0.0',
    )
    const text = await answer.text()
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m)
    expect(text).toMatch(/^event_loop_delay_seconds\{quantile="0\.99"\} /m)
    expect(text.endsWith('# EOF\n')).toBe(true)
  })

  test.each([
    '/',
    '/metrics/',
    '/mcp',
    '/readyz?x=1',
    '/../metrics',
    '/.well-known/x',
    '/debug/pprof',
  ])('knows nothing at %s (P-04)', async (path) => {
    const { get } = await start()
    expect((await get(path)).status).toBe(path === '/../metrics' ? 200 : 404)
  })

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])('refuses %s', async (method) => {
    const { get } = await start()
    const answer = await get('/readyz', { method })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('GET')
  })

  test('names no software (H-15)', async () => {
    const { get } = await start()
    for (const path of ['/healthz', '/nothing']) {
      const answer = await get(path)
      expect(answer.headers.get('server')).toBeNull()
      expect(answer.headers.get('x-powered-by')).toBeNull()
    }
  })
})

test('a change of a state is reported once', () => {
  const seen: string[] = []
  const health = createHealth(({ name, state }) => void seen.push(`${name} ${state}`))
  const check = health.check('store')
  check.up()
  check.up()
  check.down('x')
  check.down('x')
  expect(seen).toEqual(['store up', 'store down'])
  expect(health.ready()).toBe(false)
})
