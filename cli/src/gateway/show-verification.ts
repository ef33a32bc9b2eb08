// The verification of an audit log for a person: verdict, what was looked at, every finding, and what this check cannot
// show.
import type { VerifiedFile, VerifyReport } from '@sallyport/gateway/audit/verify.ts'
import { plainLine } from '../terminal/plain-text.ts'
import { table } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'

export function showVerification(report: VerifyReport, terminal: Pick<Terminal, 'style'>): string {
  const verdict = report.ok
    ? terminal.style('out', 'green', 'the log holds')
    : terminal.style('out', 'red', 'the log does not hold')
  const kinds = Object.entries(report.kinds).map(([kind, count]) => `${kind} ${count}`)
  const findings = report.findings.map(({ code, file, line, what }) => [
    `${file}${line === undefined ? '' : `:${line}`}`,
    code,
    what,
  ])
  const more = report.moreFindings === 0 ? '' : `  and ${report.moreFindings} more\n`
  return [
    `${verdict}: ${report.records} records${kinds.length === 0 ? '' : ` (${kinds.join(', ')})`}\n`,
    table(report.files.map(rowOf), '  '),
    findings.length === 0 ? '' : `found\n${table(findings, '  ')}${more}`,
    report.limits.length === 0
      ? ''
      : `not shown by this check\n${report.limits.map((limit) => `  ${plainLine(limit)}\n`).join('')}`,
  ].join('')
}

function rowOf(file: VerifiedFile): readonly string[] {
  const { log, records, segments, pruned, covered, erased, open, openIntents } = file
  const more = [
    open ? `not closed, ${openIntents} without an outcome yet` : 'closed',
    ...(segments > 1 ? [`${segments} segments`] : []),
    ...(pruned > 0 ? [`${pruned} records pruned by order, their hashes hold`] : []),
    ...(file.witnessed === undefined ? [] : [`${file.witnessed} seen by the witnesses`]),
    ...(erased > 0 ? [`${erased} ${erased === 1 ? 'person' : 'persons'} erased`] : []),
  ]
  return [
    log,
    `${records} ${records === 1 ? 'record' : 'records'}`,
    covered === 0 ? 'no checkpoint' : `${covered} under checkpoints`,
    more.join(', '),
  ]
}
