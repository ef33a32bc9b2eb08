// Runs cases against a policy set (policy-audit §1.4): each case asks the policies alone, whatever the state of its
// tool or the mode of its target is, and a failure says what was expected, what was seen, and which line decided.
// A tool that the gateway could not learn of yet cannot be asked about; that is said, and fails nothing.
import { setImmediate } from 'node:timers/promises'
import type { Catalogue } from '../catalogue/entry.ts'
import type { Explanation, Question } from './explanation.ts'
import type { Finding } from './finding.ts'
import type { Action } from './action.ts'
import { kindOf, targetOf } from './names.ts'
import type { PolicyCase } from './policy-case.ts'
import type { PolicyFile } from './policy-files.ts'
import { openTrial, type Trial, type TrialSettings } from './trial.ts'

export type CaseFailure = Pick<PolicyCase, 'file' | 'line' | 'column' | 'name' | 'who' | 'tool'> & {
  readonly expected: string
  readonly seen: string
  /** The lines that decided, or what is missing; one sentence each. */
  readonly because: readonly string[]
}

export type CaseReport = {
  readonly run: number
  readonly failures: readonly CaseFailure[]
  /** Cases whose tool has no approved definition at hand. */
  readonly skipped: readonly CaseFailure[]
  /** Ids of policies that decided no case. */
  readonly untested: readonly string[]
}

const CASES_AT_ONCE = 10

/** The set does not load, or what became of each case. */
export async function testPolicies(
  files: readonly PolicyFile[],
  cases: readonly PolicyCase[],
  catalogue: Catalogue,
  settings: TrialSettings,
): Promise<CaseReport | { readonly findings: readonly Finding[] }> {
  const trial = await openTrial(files, catalogue, settings)
  if ('findings' in trial) return trial
  try {
    return runCases(trial, cases, catalogue, settings.homeIssuer)
  } finally {
    trial.close()
  }
}

/** A failed case as a finding at its line. */
export function caseFinding(failure: CaseFailure): Finding {
  const { file, line, column, name, who, tool, expected, seen, because } = failure
  const reasons = because.length === 0 ? '' : `; ${because.join('; ')}`
  const text = `the case \`${name}\` (${who}, ${tool}) does not hold: expected ${expected}, seen ${seen}${reasons}`
  return { file, line, column, text }
}

async function runCases(
  trial: Trial,
  cases: readonly PolicyCase[],
  catalogue: Catalogue,
  homeIssuer: string,
): Promise<CaseReport> {
  const failures: CaseFailure[] = []
  const skipped: CaseFailure[] = []
  const untested = new Set(trial.loaded.policies.map(({ id }) => id))
  for (const [at, one] of cases.entries()) {
    // Calls are decided meanwhile.
    if (at % CASES_AT_ONCE === 0) await setImmediate()
    const { tool } = one
    const question = questionOf(one, homeIssuer)
    const missing = missingContext(one, trial.loaded.actions.get(tool))
    if (missing.length > 0) {
      failures.push(failed(one, 'policies that read what the case does not say', missing))
      continue
    }
    const { judgement, reachable } = trial.answer(question)
    if (judgement === undefined) {
      if (mayComeLater(tool, catalogue)) skipped.push(failed(one, 'no definition yet', []))
      else failures.push(failed(one, `no tool \`${tool}\``, []))
      continue
    }
    for (const id of judgement.deciding) untested.delete(id)
    const { decision, code, deciding } = judgement
    if (holds(one, { decision, code, deciding, reachable })) continue
    const seen = seenWords({ decision, code, deciding, reachable }, one)
    failures.push(failed(one, seen, reasons(trial, question, deciding)))
  }
  return { run: cases.length - skipped.length, failures, skipped, untested: [...untested] }
}

function questionOf(one: PolicyCase, homeIssuer: string): Question {
  const { principal, tool, args, address, timeMs } = one
  return {
    principal: { issuer: homeIssuer, ...principal },
    tool,
    args,
    ...(address === undefined ? {} : { address }),
    ...(timeMs === undefined ? {} : { timeMs }),
  }
}

/** A case must not hold by day and fail by night. */
function missingContext(
  { address, timeMs }: PolicyCase,
  action: Action | undefined,
): readonly string[] {
  const read = action?.circumstances ?? []
  const ask = (member: string, example: string) =>
    `a policy for this tool reads it: write \`context: { ${member}: ${example} }\``
  return [
    ...(timeMs === undefined && read.some((name) => name.startsWith('time.'))
      ? [ask('time', '2026-03-27T09:30:00Z')]
      : []),
    ...(address === undefined && read.includes('network.address')
      ? [ask('address', '192.0.2.1')]
      : []),
  ]
}

type Seen = Pick<Explanation, 'decision' | 'code' | 'deciding'> & {
  readonly reachable: boolean
}

function holds(one: PolicyCase, seen: Seen): boolean {
  if (one.expect !== wordOf(seen)) return false
  if (one.code !== undefined && one.code !== seen.code) return false
  if (one.listed !== undefined && one.listed !== seen.reachable) return false
  if (one.policies === undefined) return true
  return one.policies.toSorted().join('\n') === seen.deciding.toSorted().join('\n')
}

function wordOf({ decision, code }: Seen): PolicyCase['expect'] {
  return code === 'authorize.needs_approval' ? 'approval' : decision
}

function failed(one: PolicyCase, seen: string, because: readonly string[]): CaseFailure {
  const { file, line, column, name, who, tool, expect, policies, code, listed } = one
  const expected = [
    code === undefined ? expect : `${expect} (${code})`,
    ...(policies === undefined ? [] : [byWords(policies)]),
    ...(listed === undefined ? [] : [listedWords(listed)]),
  ].join(', ')
  return { file, line, column, name, who, tool, expected, seen, because }
}

function seenWords(seen: Seen, one: PolicyCase): string {
  const { decision, code, deciding, reachable } = seen
  return [
    code === undefined || wordOf(seen) === 'approval' ? wordOf(seen) : `${decision} (${code})`,
    ...(one.policies === undefined ? [] : [byWords(deciding)]),
    ...(one.listed === undefined ? [] : [listedWords(reachable)]),
  ].join(', ')
}

function byWords(policies: readonly string[]): string {
  if (policies.length === 0) return 'by no policy'
  return `by ${policies.map((id) => `\`${id}\``).join(' and ')}`
}

function listedWords(listed: boolean): string {
  return listed ? 'listed' : 'not listed'
}

/** The lines that decided; where none did, what would change the answer. */
function reasons(trial: Trial, question: Question, deciding: readonly string[]): readonly string[] {
  const explained = trial.explain(question)
  const lines = explained.policies
    .filter(({ id }) => deciding.includes(id))
    .map(({ effect, id, file, line }) => `decided by the ${effect} \`${id}\` (${file}:${line})`)
  return lines.length > 0 ? lines : explained.changes
}

/** A target that never described itself may have the tool; prompts and resources come and go with what it says. */
function mayComeLater(tool: string, catalogue: Catalogue): boolean {
  if (catalogue.entries.has(tool)) return true
  const health = catalogue.health.get(targetOf(tool) ?? '')
  return health !== undefined && (health.describedAtMs === undefined || kindOf(tool) !== 'tool')
}
