// Where every record goes as well (policy-audit §2.6): lines of the log as they stand there, in their order, each at
// least once. A sink follows the file, so that a slow one holds up nobody.
import type { SinkSettings } from '../settings.ts'
import type { FollowedLog, Lines } from './followed-log.ts'
import { send, type SendParts } from './send.ts'

/** Resolves once the sink has the lines, the first of which is record `first`. Rejects in words. */
export type Sink = {
  readonly batchBytes: number
  readonly take: (log: FollowedLog, lines: Lines, first: number) => Promise<void>
}

export function createSink(settings: SinkSettings, parts: SendParts): Sink {
  return {
    batchBytes: settings.batchBytes,
    take: async (log, { bytes }, first) => {
      const { status } = await send(settings, parts, bytes, {
        'content-type': 'application/x-ndjson',
        'sallyport-log': log.name,
        'sallyport-first-record': String(first),
      })
      if (status < 200 || status >= 300) throw new Error(`it answered ${status}`)
    },
  }
}
