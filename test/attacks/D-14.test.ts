// Log amplification: a client that is refused over and over, or that sends much, must not make the log grow with it.
// What is not recorded one by one is counted, and the count is recorded.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { systemClock } from '@sallyport/gateway/system/clock.ts'
import { startSink, type TestSink } from '../support/sink.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

/** A second lasts as long as the test says, however busy the machine is. */
const clock = (() => {
  let stoppedMs: number | undefined
  let lostMs = 0
  const monotonicMs = () => stoppedMs ?? systemClock.monotonicMs() - lostMs
  return {
    wallMs: systemClock.wallMs,
    monotonicMs,
    stop: () => {
      stoppedMs = monotonicMs()
    },
    go: () => {
      lostMs = systemClock.monotonicMs() - monotonicMs()
      stoppedMs = undefined
    },
  }
})()

let world: TestGateway
let sink: TestSink
beforeAll(async () => {
  sink = await startSink()
  world = await startTestGateway({
    clock,
    targetSettings: 'tools: { echo: { audit: [/kept] } }',
    yaml: `audit:
  reserveBytes: 65536
  sinks: { siem: { kind: https, url: "${sink.url}", allowInsecure: true } }`,
  })
})
afterAll(async () => {
  await world.stop()
  await sink.stop()
})

const MAX_RECORD = 16 * 1024
const MOST_PER_SECOND = 100
const FLOOD = 600

type Refused = { readonly code?: string; readonly suppressed?: number }

const refusals = (code: string): readonly Refused[] =>
  world
    .audit()
    .filter(({ kind, code: of }) => kind === 'refusal' && of === code)
    .map((record) => record as unknown as Refused)

/** As many as the log says there were: records, and what they count. */
const told = (code: string): number =>
  refusals(code).reduce((sum, { suppressed = 1 }) => sum + suppressed, 0)

async function flood(count: number, name: string): Promise<void> {
  const call = () => world.call({ method: 'tools/call', params: { name, arguments: {} } })
  for (let sent = 0; sent < count; sent += 50) {
    const answers = await Promise.all(Array.from({ length: Math.min(50, count - sent) }, call))
    for (const { body } of answers) expect(body).toMatch(/"isError":true|"error":/)
  }
}

test('D-14 policy-audit §2.2: of one caller and code at most 100 refusals a second are records of their own', async () => {
  clock.stop()
  await flood(FLOOD, 'delete_record')
  clock.go()
  const { code } = world.audit().find(({ kind }) => kind === 'refusal') as { code: string }
  await vi.waitFor(() => expect(told(code)).toBe(FLOOD), 10_000)
  const single = refusals(code).filter(({ suppressed }) => suppressed === undefined)
  expect(single).toHaveLength(MOST_PER_SECOND)
  expect(refusals(code)).toHaveLength(MOST_PER_SECOND + 1)
})

test('D-14 policy-audit §2.2: what is counted is counted at the sink as well, and not lost', async () => {
  await vi.waitFor(() => {
    const records = sink
      .received()
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { record: Record<string, unknown> }).record)
    expect(records.length).toBe(world.audit().length)
    expect(records.some(({ suppressed }) => Number(suppressed) > 0)).toBe(true)
  }, 10_000)
})

test('D-14 control: arguments of 900 KB, kept ones among them, make a record of 16 KiB at most', async () => {
  const args = { kept: 'k'.repeat(400_000), other: 'o'.repeat(500_000) }
  const { status } = await world.call({
    method: 'tools/call',
    params: { name: 'echo', arguments: args },
  })
  expect(status).toBe(200)
  const { length } = world.audit()
  expect(length).toBeGreaterThan(0)
  for (const record of world.audit()) {
    expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThanOrEqual(MAX_RECORD)
  }
})

test('D-14 control: a few refusals are each a record, with the request they belong to', async () => {
  await flood(3, 'no_such_tool')
  await vi.waitFor(() => {
    const codes = world.audit().filter(({ kind, tool }) => {
      const named = tool as { readonly name?: string } | undefined
      return kind === 'refusal' && named?.name?.includes('no_such_tool') === true
    })
    expect(codes).toHaveLength(3)
    for (const record of codes) expect(record).toHaveProperty('requestId')
  }, 10_000)
})
