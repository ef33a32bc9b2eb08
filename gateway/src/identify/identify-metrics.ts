// What operations see of this stage (promises F-02, F-05, F-12): keys and clock of each issuer, age of the list
// of revocations, how many tokens were verified in full. Read on scrape; `current` follows a reload.
import type { Metrics } from '../observe/metrics.ts'
import type { DenyList } from './deny-list.ts'
import type { Identify } from './identify.ts'
import type { KeyStatus } from './key-cache.ts'

export function addIdentifyMetrics(
  metrics: Pick<Metrics, 'gauge'>,
  denyList: Pick<DenyList, 'ageMs' | 'size'>,
  current: () => Pick<Identify, 'issuers' | 'counts'> | undefined,
): void {
  const perIssuer = (name: string, help: string, read: (status: KeyStatus) => number | undefined) =>
    metrics.gauge(
      name,
      help,
      () =>
        (current()?.issuers() ?? []).flatMap((status) => {
          const value = read(status)
          return value === undefined ? [] : [[[status.issuer], value] as const]
        }),
      ['issuer'],
    )
  perIssuer('sallyport_issuer_keys', 'usable keys of the issuer', (status) => status.keyCount)
  perIssuer(
    'sallyport_issuer_keys_stale',
    '1 while old keys go on, the issuer being away',
    (status) => (status.keys === 'stale' ? 1 : 0),
  )
  perIssuer('sallyport_issuer_keys_age_seconds', 'age of the last good key set', ({ ageMs }) =>
    ageMs === undefined ? undefined : ageMs / 1000,
  )
  perIssuer('sallyport_issuer_key_fetches', 'fetches of the key set', (status) => status.attempts)
  perIssuer('sallyport_issuer_key_fetch_failures', 'those that failed', (status) => status.failures)
  perIssuer(
    'sallyport_issuer_clock_skew_seconds',
    'clock of the issuer minus ours',
    ({ clockSkewMs }) => (clockSkewMs === undefined ? undefined : clockSkewMs / 1000),
  )
  metrics.gauge(
    'sallyport_tokens_cached',
    'tokens that were known by their hash',
    () => current()?.counts().cached ?? 0,
  )
  metrics.gauge(
    'sallyport_tokens_verified',
    'tokens that were verified in full',
    () => current()?.counts().verified ?? 0,
  )
  metrics.gauge(
    'sallyport_revocations_age_seconds',
    'age of the list of revocations',
    () => denyList.ageMs() / 1000,
  )
  metrics.gauge('sallyport_revocations', 'revocations in force', () => denyList.size())
}
