import { expect, test } from 'vitest'
import { ratioRow } from '../src/ratios.ts'
import { firstWrong, renderReport, type PartRun } from '../src/report.ts'
import type { Measured } from '../src/rounds.ts'

const audit: PartRun = {
  title: 'The log',
  commit: 'abc1234',
  machine: 'a machine',
  note: 'Others used it meanwhile.',
  rows: [{ target: 'verify', wanted: '≥ 1', unit: 'records/s', least: 1, passes: [2] }],
}
const place = { column: 'same arguments', connections: 32 }
const measured = [100, 300, 200].flatMap((rate, pass) => [
  row('bare undici 8', pass, rate * 2),
  row('sallyport written', pass, rate),
])
const calls: PartRun = {
  title: 'Calls',
  commit: 'def5678',
  machine: 'a machine',
  rows: [],
  measured,
}
const ORDER = ['calls', 'audit']

function row(contestant: string, pass: number, requestsPerSecond: number): Measured {
  const times = { p50Ms: 1, p99Ms: 2, errors: 0, firstError: undefined }
  return { ...place, ...times, contestant, pass, requestsPerSecond }
}

test('each part says from which commit it is, and a part that was not measured is absent', () => {
  const text = renderReport('Benchmark', { audit }, ORDER)
  expect(text).toContain('## The log, at commit abc1234')
  expect(text).toContain('Others used it meanwhile.')
  expect(text).toContain('| verify | ≥ 1 | 2 records/s | kept |')
  expect(text).not.toContain('## Calls')
})

test('rates stand beside the others, with ratios of medians to the bare proxy', () => {
  const text = renderReport('Benchmark', { audit, calls }, ORDER)
  expect(text.indexOf('## Calls, at commit def5678')).toBeLessThan(text.indexOf('## The log'))
  expect(text).toContain('### 32 connections, same arguments')
  expect(text).toContain('| sallyport written | 100 – 200 – 300 | 0.50 |')
})

test('a ratio that is wanted is that of each pass, and absent where one did not take part', () => {
  const wanted = { target: 'a call', wanted: '≥ 0.5', least: 0.5 }
  const pair = ['sallyport written', 'bare undici 8'] as const
  expect(ratioRow(measured, place, pair, wanted)?.passes).toEqual([0.5, 0.5, 0.5])
  expect(ratioRow(measured, place, ['haproxy', 'bare undici 8'], wanted)).toBeUndefined()
  expect(ratioRow(measured, place, ['sallyport written', 'haproxy'], wanted)).toBeUndefined()
})

test('a wrong answer voids the part, and stands in its report', () => {
  const wrong = { ...row('haproxy', 0, 1), errors: 1, firstError: 'HTTP/1.1 500' }
  const run = { ...calls, measured: [...measured, wrong] }
  expect(firstWrong(calls)).toBeUndefined()
  expect(firstWrong(run)).toBe(wrong)
  expect(renderReport('Benchmark', { calls: run }, ORDER)).toContain('**Void')
})
