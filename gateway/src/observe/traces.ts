// The trace of each exchange: that of its client with a span of ours, or one of our own where traces are sent. Spans say
// which method, which tool and how it ended; nobody's name, no argument and no result is in them.
import type { JsonObject } from '../json/value.ts'
import type { Clock } from '../system/clock.ts'
import { randomBytes } from '../system/ids.ts'
import type { Exporter } from './otlp/exporter.ts'
import type { Span } from './otlp/encode.ts'
import { newTrace, receivedTrace, spanBelow, type Trace } from './trace-context.ts'
import type { TraceSettings } from './trace-settings.ts'

export type Traces = {
  /** `undefined`: no trace came, and none is begun. */
  readonly of: (headers: ReadonlyMap<string, string>, meta: JsonObject) => Trace | undefined
  /** A span is over; sent where its trace is sampled. `startedMs` monotonic. */
  readonly ended: (
    trace: Trace,
    startedMs: number,
    span: Pick<Span, 'name' | 'kind' | 'failed' | 'attributes'>,
  ) => void
}

export function createTraces(
  settings: () => TraceSettings | undefined,
  exporter: Pick<Exporter, 'add'>,
  clock: Clock,
): Traces {
  return {
    of(headers, meta) {
      const received = receivedTrace(headers, meta)
      if (received !== undefined) return spanBelow(received)
      const sent = settings()
      return sent === undefined ? undefined : newTrace(isSampled(sent.sample))
    },
    ended(trace, startedMs, span) {
      if (!trace.sampled || settings() === undefined) return
      const endMs = clock.wallMs()
      const startMs = endMs - Math.max(0, clock.monotonicMs() - startedMs)
      exporter.add({ ...span, trace, startMs, endMs })
    },
  }
}

function isSampled(share: number): boolean {
  if (share >= 1) return true
  return share > 0 && randomBytes(4).readUInt32BE() < share * 0x1_0000_0000
}
