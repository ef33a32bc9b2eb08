// What operations see of `identify` (promises F-02, F-05, F-12).
import { expect, test } from 'vitest'
import { addIdentifyMetrics } from '../../src/identify/identify-metrics.ts'
import type { Identify } from '../../src/identify/identify.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { ISSUER, makeKey, makeToken, personClaims, START_SECONDS, startWorld } from './world.ts'

const key = makeKey('k1')

test('F-02, F-12: keys, clock and revocations are on the metrics page, and follow a reload', async () => {
  const world = await startWorld({ keys: [key] })
  const metrics = createMetrics()
  let current: Identify | undefined
  addIdentifyMetrics(metrics, world.denyList, () => current)
  expect(metrics.render()).toContain('sallyport_tokens_verified 0')
  expect(metrics.render()).not.toContain(ISSUER)

  current = world.identify
  expect(metrics.render()).not.toContain(`sallyport_issuer_clock_skew_seconds{issuer="${ISSUER}"}`)
  world.published.date = new Date((START_SECONDS + 9) * 1000).toUTCString()
  await world.ask(makeToken(key, personClaims()))
  world.clock.advance(5)
  const page = metrics.render()
  for (const line of [
    `sallyport_issuer_keys{issuer="${ISSUER}"} 1`,
    `sallyport_issuer_keys_stale{issuer="${ISSUER}"} 0`,
    `sallyport_issuer_keys_age_seconds{issuer="${ISSUER}"} 5`,
    `sallyport_issuer_clock_skew_seconds{issuer="${ISSUER}"} 9.5`,
    'sallyport_tokens_verified 1',
    'sallyport_tokens_cached 0',
    'sallyport_revocations_age_seconds 5',
    'sallyport_revocations 0',
  ]) {
    expect(page).toContain(line)
  }
  world.published.fail = new Error('connection refused')
  world.clock.advance(700)
  await world.ask(makeToken(key, personClaims({ exp: START_SECONDS + 2000 })))
  expect(metrics.render()).toContain(`sallyport_issuer_keys_stale{issuer="${ISSUER}"} 1`)
})
