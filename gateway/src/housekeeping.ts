// What a running gateway does from time to time: sweep the store, renew the certificate, end what was revoked
// elsewhere, compare the issuer's clock and keys, and say in health and metrics how these things are.
import { endRevoked } from './end-revoked.ts'
import type { Generation } from './generation.ts'
import { addIdentifyMetrics } from './identify/identify-metrics.ts'
import type { InboundServer } from './in/server.ts'
import type { Health } from './observe/health.ts'
import type { Metrics } from './observe/metrics.ts'
import { expiryWarning, readTlsMaterial, type TlsSettings } from './secrets/tls-material.ts'
import type { Shared } from './shared.ts'
import { SKEW_DOWN_MS, SKEW_WARN_MS } from './system/clock-skew.ts'

const EVERY_MS = 60_000
const LOOK_MS = 1_000
const SWEEP_ROWS = 500
const ISSUERS_EVERY_MS = 3_600_000

export type HousekeepingParts = {
  readonly shared: Shared
  readonly health: Health
  readonly metrics: Metrics
  readonly listener: InboundServer
  readonly tls: TlsSettings | undefined
  /** Version of the certificate that is in use since the start. */
  readonly certificate: string | undefined
  readonly running: () => Generation
}

/** Returns what ends it. */
export function startHousekeeping(parts: HousekeepingParts): () => void {
  const { shared, health, running } = parts
  const { log, store } = shared
  const clock = health.check('clock')
  const targets = health.check('targets')
  const load = health.check('load')
  const renewTls = createTlsRenewal(parts)
  addGauges(parts)

  const look = (): void => {
    const skewMs = Math.max(
      0,
      ...running()
        .identify.issuers()
        .map(({ clockSkewMs = 0 }) => Math.abs(clockSkewMs)),
    )
    if (skewMs > SKEW_DOWN_MS)
      clock.down(`the clocks of issuer and gateway differ by ${Math.round(skewMs / 1000)} s`)
    else if (skewMs > SKEW_WARN_MS)
      clock.degraded(`the clocks of issuer and gateway differ by ${Math.round(skewMs / 1000)} s`)
    else clock.up()
    const share = shared.pressure.share()
    if (share === 0) load.up()
    else load.degraded(`${Math.round(share * 100)} % of the requests are refused`)
    const resting = [...shared.gates.status()].filter(([, { breaker }]) => breaker === 'open')
    if (resting.length === 0) targets.up()
    else targets.degraded(`not called for now: ${resting.map(([target]) => target).join(', ')}`)
  }
  look()
  const timers = [
    setInterval(look, LOOK_MS),
    // The list is read again every ten seconds; what it says of others' revocations ends streams here (O-35).
    setInterval(() => void endRevoked(shared), LOOK_MS),
    setInterval(() => {
      store
        .sweep(SWEEP_ROWS)
        .catch((error: unknown) => log.warn({ err: error }, 'the store cannot be swept'))
      void renewTls()
    }, EVERY_MS),
    setInterval(() => {
      for (const { expire } of [shared.approvals.desk, shared.approvals.access]) {
        expire().catch((error: unknown) =>
          log.warn({ err: error }, 'what has ended is not recorded'),
        )
      }
    }, EVERY_MS),
    // F-12: the issuer's `Date` comes with its keys.
    setInterval(() => void running().identify.warm(), ISSUERS_EVERY_MS),
  ]
  for (const timer of timers) timer.unref()
  return () => timers.forEach((timer) => clearInterval(timer))
}

/** F-24: a new certificate is taken into use without a restart; one that does not fit its key is not. */
function createTlsRenewal({
  shared,
  listener,
  tls,
  certificate,
}: HousekeepingParts): () => Promise<void> {
  let version = certificate
  return async () => {
    if (tls === undefined) return
    try {
      const material = await readTlsMaterial(tls, shared.secrets)
      const days = expiryWarning(material.expiresAtMs, shared.clock.wallMs())
      if (days !== undefined)
        shared.log.warn({ days }, 'the certificate of the listener is about to expire')
      if (version !== material.version) {
        listener.renewTls({ cert: material.certificate, key: material.key })
        shared.log.info({ fingerprint: material.fingerprint }, 'a new certificate is in use')
      }
      version = material.version
    } catch (error) {
      shared.log.error({ err: error }, 'the certificate cannot be read: the last good one stays')
    }
  }
}

function addGauges({ shared, metrics, listener, running }: HousekeepingParts): void {
  metrics.gauge(
    'sallyport_requests_under_way',
    'requests that have no complete answer yet',
    listener.underWay,
  )
  metrics.gauge(
    'sallyport_large_answers',
    'answers above one mebibyte that have room in memory, and that wait for it',
    () => Object.entries(shared.largeAnswers.counts()).map(([state, n]) => [[state], n] as const),
    ['state'],
  )
  metrics.gauge(
    'sallyport_shed_share',
    'share of requests that is refused so that the others are served',
    shared.pressure.share,
  )
  metrics.gauge('sallyport_open_streams', 'event streams towards clients', shared.streams.count)
  addIdentifyMetrics(metrics, shared.denyList, () => running().identify)
  metrics.gauge(
    'sallyport_target_up',
    '1 while the target describes itself',
    () =>
      [...running().catalogue.current().health].map(
        ([target, { state }]) => [[target], state === 'up' ? 1 : 0] as const,
      ),
    ['target'],
  )
}
