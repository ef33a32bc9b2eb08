// The verification of an audit log for a person: verdict, what was looked at, every finding, and what a log of this
// kind cannot show.
import type { VerifyReport } from '@sallyport/gateway/audit/verify.ts'
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
  const files = report.files.map(({ file, records, open, openIntents }) => [
    file,
    `${records} ${records === 1 ? 'record' : 'records'}`,
    open ? `in use, ${openIntents} without an outcome yet` : 'closed',
  ])
  return [
    `${verdict}: ${report.records} records${kinds.length === 0 ? '' : ` (${kinds.join(', ')})`}\n`,
    table(files, '  '),
    findings.length === 0 ? '' : `found\n${table(findings, '  ')}${more}`,
    `not shown by this check\n${report.limits.map((limit) => `  ${plainLine(limit)}\n`).join('')}`,
  ].join('')
}
