// Findings of `sallyport doctor` for people: one line each, and below it what to do where there is something.
import type { Cause, Finding, State } from '@sallyport/gateway/doctor/finding.ts'
import { plainLine } from '../terminal/plain-text.ts'
import type { Terminal } from '../terminal/terminal.ts'

const LABELS: Readonly<Record<State, readonly [string, 'green' | 'yellow' | 'red' | 'dim']>> = {
  good: ['good', 'green'],
  warning: ['warning', 'yellow'],
  wrong: ['wrong', 'red'],
  'not looked at': ['–', 'dim'],
}
const LABEL_WIDTH = 8
const CHECK_WIDTH = 13
const INDENT = ' '.repeat(LABEL_WIDTH + 1)

const CAUSES: Readonly<Record<Cause, string | undefined>> = {
  not_allowed: 'not allowed from here',
  name_not_resolved: 'the name does not resolve',
  cannot_reach: 'cannot reach it',
  tls_failed: 'TLS failed',
  was_refused: 'it was reached, and refused us',
  wrong_answer: 'it was reached, and answered something else',
  here: undefined,
}

export function findingText(finding: Finding, terminal: Pick<Terminal, 'style'>): string {
  const { check, about, state, cause, seen, fix } = finding
  const [label, colour] = LABELS[state]
  const why = cause === undefined ? undefined : CAUSES[cause]
  const said = plainLine(why === undefined ? seen : `${why}: ${seen}`)
  const head = `${terminal.style('out', colour, label.padEnd(LABEL_WIDTH))} ${check.padEnd(CHECK_WIDTH)}`
  const line = `${head} ${plainLine(about)}: ${said}\n`
  return fix === undefined ? line : `${line}${INDENT}fix: ${plainLine(fix)}\n`
}

export function summaryText(found: readonly Finding[], running: boolean): string {
  const count = (state: State) => found.filter((one) => one.state === state).length
  const gateway = running ? 'the gateway runs' : 'no gateway runs'
  return `\n${gateway}; ${count('good')} good, ${count('warning')} warnings, ${count('wrong')} wrong\n`
}
