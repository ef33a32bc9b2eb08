// Spans to a collector (OTLP 1.x, OTLP/HTTP): in batches, off the path, through the guarded fetch. What has no room is
// dropped and counted; a collector that is away costs spans and nothing else.
import { PRIVATE_ADDRESSES } from '../../net/addresses.ts'
import { ANY_MEDIA_TYPE } from '../../net/exchange.ts'
import type { GuardedFetch } from '../../net/guarded-fetch.ts'
import type { SecretRef } from '../../secrets/reference.ts'
import { randomId } from '../../system/ids.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { TraceSettings } from '../trace-settings.ts'
import { encodeSpans, type Span } from './encode.ts'

export type Exporter = {
  readonly add: (span: Span) => void
  /** Sends what is there, once. Never rejects. */
  readonly flush: () => Promise<void>
  readonly close: () => Promise<void>
}

export type ExporterParts = {
  readonly settings: () => TraceSettings | undefined
  readonly version: string
  readonly fetch: GuardedFetch
  /** Rejects where the secret cannot be read. */
  readonly secret: (reference: SecretRef) => Promise<string>
  readonly log: Pick<Log, 'warn' | 'info'>
  readonly metrics: Pick<Metrics, 'counter'>
  readonly intervalMs?: number
}

const MAX_WAITING = 4_096
const BATCH = 512
const INTERVAL_MS = 2_000
const TOTAL_MS = 5_000
const MAX_ANSWER_BYTES = 65_536
/** SHOULD (OTLP/HTTP, Failures): what may be sent again. */
const AGAIN = new Set([429, 502, 503, 504])

export function createExporter(parts: ExporterParts): Exporter {
  const { settings, log } = parts
  const spans = parts.metrics.counter('sallyport_spans', 'spans by what became of them', ['fate'])
  const instance = randomId()
  let waiting: Span[] = []
  let sending: Promise<void> | undefined
  let healthy = true

  async function post(to: TraceSettings, batch: readonly Span[]): Promise<number> {
    const { protocol, port } = new URL(to.endpoint)
    const bearer = to.token && { authorization: `Bearer ${await parts.secret(to.token)}` }
    const resource = { name: to.serviceName, version: parts.version, instance }
    const { status } = await parts.fetch(to.endpoint, {
      method: 'POST',
      body: encodeSpans(resource, batch),
      headers: { 'content-type': 'application/json', ...bearer },
      mediaTypes: [ANY_MEDIA_TYPE],
      maxBytes: MAX_ANSWER_BYTES,
      totalMs: TOTAL_MS,
      ports: [port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)],
      allowAddresses: [...to.allowAddresses, ...(to.allowInsecure ? PRIVATE_ADDRESSES : [])],
      allowHttp: to.allowInsecure,
    })
    return status
  }

  async function send(): Promise<void> {
    const to = settings()
    const batch = waiting.splice(0, BATCH)
    if (to === undefined || batch.length === 0) return
    const status = await post(to, batch).catch((error: unknown) => wordsOf(error))
    const isGood = typeof status === 'number' && status >= 200 && status < 300
    if (isGood) spans.with('sent').inc(batch.length)
    else if (typeof status === 'string' || AGAIN.has(status)) {
      waiting = [...batch, ...waiting]
      spans.with('dropped').inc(waiting.splice(MAX_WAITING).length)
    } else spans.with('refused').inc(batch.length)
    report(isGood, status)
  }

  function report(isGood: boolean, status: number | string): void {
    if (isGood === healthy) return
    healthy = isGood
    if (isGood) log.info({}, 'traces are sent again')
    else log.warn({ seen: status }, 'the collector of traces does not take them')
  }

  async function flush(): Promise<void> {
    sending ??= send().finally(() => {
      sending = undefined
    })
    return await sending
  }

  const timer = setInterval(() => void flush(), parts.intervalMs ?? INTERVAL_MS).unref()
  return {
    add(span) {
      if (waiting.length < MAX_WAITING) waiting.push(span)
      else spans.with('dropped').inc()
      if (waiting.length >= BATCH && healthy) void flush()
    },
    flush,
    async close() {
      clearInterval(timer)
      await flush()
      if (waiting.length > 0 && healthy) await flush()
    },
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error'
}
