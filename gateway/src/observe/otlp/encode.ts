// Spans as OTLP/HTTP JSON (opentelemetry-proto 1.x, ExportTraceServiceRequest): ids in hex, times as decimal text.
import type { Trace } from '../trace-context.ts'

export type Span = {
  readonly trace: Trace
  readonly name: string
  readonly kind: 'server' | 'client'
  /** Wall clock, milliseconds. */
  readonly startMs: number
  readonly endMs: number
  readonly failed: boolean
  /** Nothing personal, nothing of arguments and results. */
  readonly attributes: Readonly<Record<string, string | number | undefined>>
}

export type Resource = {
  readonly name: string
  readonly version: string
  readonly instance: string
}

const KIND = { server: 2, client: 3 } as const
const FAILED = 2
const SAMPLED = 1
/** The parent is of another process (opentelemetry-proto, SpanFlags). */
const REMOTE = 0x300
const MAX_TEXT = 256

export function encodeSpans(resource: Resource, spans: readonly Span[]): string {
  const scope = { name: 'sallyport', version: resource.version }
  return JSON.stringify({
    resourceSpans: [
      {
        resource: {
          attributes: attributesOf({
            'service.name': resource.name,
            'service.version': resource.version,
            'service.instance.id': resource.instance,
          }),
        },
        scopeSpans: [{ scope, spans: spans.map(spanOf) }],
      },
    ],
  })
}

function spanOf({ trace, name, kind, startMs, endMs, failed, attributes }: Span): object {
  const { traceId, spanId, parentId, state } = trace
  const remote = kind === 'server' && parentId !== undefined
  return {
    traceId,
    spanId,
    ...(parentId === undefined ? {} : { parentSpanId: parentId }),
    ...(state === undefined ? {} : { traceState: state }),
    flags: SAMPLED | (remote ? REMOTE : 0),
    name: name.slice(0, MAX_TEXT),
    kind: KIND[kind],
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: attributesOf(attributes),
    status: failed ? { code: FAILED } : {},
  }
}

function attributesOf(attributes: Span['attributes']): readonly object[] {
  return Object.entries(attributes).flatMap(([key, value]) => {
    if (value === undefined) return []
    if (typeof value === 'string') return { key, value: { stringValue: value.slice(0, MAX_TEXT) } }
    // INVARIANT: numbers are counts and statuses; 64-bit integers are text in JSON.
    return { key, value: { intValue: String(Math.round(value)) } }
  })
}

function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms * 1000)) * 1000n)
}
