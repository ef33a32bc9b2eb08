import { expect, test } from 'vitest'
import { aboutLog } from '../../../src/audit/verify/about-log.ts'

const record = (kind: string, monotonicMs: number, more: object = {}): string =>
  JSON.stringify({ kind, monotonicMs, sequence: monotonicMs / 1000, ...more })
const beat = (seconds: number): string => record('heartbeat', seconds * 1000, { everySeconds: 60 })

test('policy-audit §2.2: heartbeats that are missing for long are a silence', () => {
  expect(aboutLog([beat(60), beat(120), beat(300)], 300).silences).toEqual([])
  expect(aboutLog([beat(60), beat(420)], 420).silences).toMatchObject([
    { code: 'silence', what: expect.stringContaining('for 360 s, one is due every 60 s') },
  ])
  expect(aboutLog([beat(60), record('shutdown', 900_000)], 900).silences).toHaveLength(1)
})

test('F-13: a log that could not be written for a while was silent for a reason', () => {
  const log = [beat(60), record('recovery', 800_000, { lost: 7 }), beat(860)]
  expect(aboutLog(log, 860).silences).toEqual([])
})

test('a shutdown counts as the last record alone', () => {
  expect(aboutLog([record('shutdown', 3000)], 3).isShutDown).toBe(true)
  expect(aboutLog([record('shutdown', 3000)], 4).isShutDown).toBe(false)
})
