import { expect, test } from 'vitest'
import { renderReport, type Report } from '../src/report.ts'

const audit = {
  commit: 'abc1234',
  machine: 'a machine',
  note: 'Others used it meanwhile.',
  rows: [{ target: 'verify', wanted: '≥ 1', unit: 'records/s', least: 1, passes: [2] }],
}
const calls: Report = {
  commit: 'def5678',
  machine: 'a machine',
  passes: 3,
  requests: 10,
  fdatasyncMs: 0.25,
  ready: { readyMs: 900, idleRssMiB: 80 },
  measured: [100, 300, 200].flatMap((requestsPerSecond, pass) =>
    ['bare undici 8', 'sallyport written'].map((contestant) => ({
      contestant,
      column: 'same arguments',
      connections: 32,
      pass,
      requestsPerSecond: contestant.startsWith('bare') ? requestsPerSecond * 2 : requestsPerSecond,
      p50Ms: 1,
      p99Ms: 2,
      errors: 0,
      firstError: undefined,
    })),
  ),
}

test('each part says from which commit it is, and a part that was not measured is absent', () => {
  const text = renderReport({ audit })
  expect(text).toContain('## The log, at commit abc1234')
  expect(text).toContain('Others used it meanwhile.')
  expect(text).toContain('| verify | ≥ 1 | 2 records/s | kept |')
  expect(text).not.toContain('## Calls')
})

test('the table of calls stays beside the others, with ratios of medians to the bare proxy', () => {
  const text = renderReport({ ...calls, audit })
  expect(text).toContain('## Calls, at commit def5678')
  expect(text).toContain('| sallyport written | 100 – 200 – 300 | 0.50 |')
  expect(text).toContain('## The log, at commit abc1234')
})
