// What the records about the log itself say (heartbeat, recovery, shutdown): whether it was silent where it should have
// spoken, and which logs of former processes it took care of.
import type { Finding } from './findings.ts'

export type AboutLog = {
  /** Its last record of this kind is the end of the log. */
  readonly isShutDown: boolean
  /** Names of logs that this one recovered. */
  readonly recovered: readonly string[]
  readonly silences: readonly Omit<Finding, 'file'>[]
}

type Notable = {
  readonly kind?: string
  readonly sequence?: number
  readonly monotonicMs?: number
  readonly log?: unknown
  readonly everySeconds?: unknown
  readonly detail?: { readonly log?: unknown }
}

/** So many heartbeats may be late before it is a silence. */
const PATIENCE = 4

/** `records` are JSON objects in the order of the log; `last`: the number of its last record. */
export function aboutLog(records: readonly string[], last: number): AboutLog {
  const recovered: string[] = []
  const silences: Omit<Finding, 'file'>[] = []
  let isShutDown = false
  let everyMs: number | undefined
  let lastMs: number | undefined
  for (const text of records) {
    const {
      kind,
      sequence = 0,
      monotonicMs = 0,
      everySeconds,
      detail,
    } = JSON.parse(text) as Notable
    if (kind === 'shutdown') isShutDown = sequence === last
    if (kind === 'recovery') {
      if (typeof detail?.log === 'string') recovered.push(detail.log)
      // A log that could not be written was silent for a reason, and says so.
      lastMs = undefined
      continue
    }
    if (kind !== 'heartbeat' && kind !== 'shutdown') continue
    if (
      everyMs !== undefined &&
      lastMs !== undefined &&
      monotonicMs - lastMs > PATIENCE * everyMs
    ) {
      const seconds = Math.round((monotonicMs - lastMs) / 1000)
      const what = `record ${sequence} is the first sign of life for ${seconds} s, one is due every ${everyMs / 1000} s`
      silences.push({ code: 'silence', what })
    }
    lastMs = monotonicMs
    if (typeof everySeconds === 'number') everyMs = everySeconds * 1000
  }
  return { isShutDown, recovered, silences }
}
