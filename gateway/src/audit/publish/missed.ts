// What a sink will never have: records that were pruned, or whose file was removed, before it had them. The sink sees the
// gap in the numbers; the operator is told here.
import type { Log } from '../../observe/log.ts'
import type { Metrics } from '../../observe/metrics.ts'
import type { FollowParts } from './follow-log.ts'

export type Missed = {
  /** For the log of this name. */
  readonly of: (name: string) => FollowParts['onGone']
  /** The latest, in words. */
  readonly findings: () => readonly string[]
}

const MAX_FINDINGS = 20

export function createMissed({
  log,
  metrics,
}: {
  readonly log: Log
  readonly metrics: Metrics
}): Missed {
  const count = metrics.counter(
    'sallyport_audit_sink_missed_records',
    'records that were gone before a sink had them',
    ['sink'],
  )
  let findings: readonly string[] = []
  return {
    of:
      (name) =>
      ({ id }, { first, end }) => {
        count.with(id).inc(end - first)
        const what = `sink \`${id}\` never gets records ${first} to ${end - 1} of ${name}: they are not there any more`
        findings = [...findings, what].slice(-MAX_FINDINGS)
        log.error({ log: name, of: id, first, last: end - 1 }, 'a sink never gets these records')
      },
    findings: () => findings,
  }
}
