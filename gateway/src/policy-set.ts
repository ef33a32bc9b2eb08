// A policy folder as it is loaded: the policies, and the cases that have to hold before they decide anything
// (policy-audit §1.4). Both are read together, so that a change of either is judged as a whole.
import { caseFinding, testPolicies } from './authorize/policy-test.ts'
import { readCaseFiles, readPolicyFiles, type PolicyFile } from './authorize/policy-files.ts'
import type { TrialSettings } from './authorize/trial.ts'
import type { Catalogue } from './catalogue/entry.ts'
import { readCases, type CaseFinding } from './config/policy-cases.ts'

export type PolicySet = {
  readonly files: readonly PolicyFile[]
  /** Files of cases, as text. */
  readonly cases: readonly PolicyFile[]
}

/** Rejects with a plain Error in words where the folder or a file cannot be read, or is not UTF-8. */
export async function readPolicySet(folder: string): Promise<PolicySet> {
  const [files, cases] = await Promise.all([readPolicyFiles(folder), readCaseFiles(folder)])
  return { files, cases }
}

/**
 * Every case that does not hold, and everything that keeps cases from being run; none where there is no case. A case
 * for a tool that the gateway could not learn of yet stops nothing.
 */
export async function failingCases(
  { files, cases: texts }: PolicySet,
  catalogue: Catalogue,
  settings: TrialSettings,
): Promise<readonly CaseFinding[]> {
  const { cases, findings } = readCases(texts)
  if (findings.length > 0 || cases.length === 0) return findings
  const report = await testPolicies(files, cases, catalogue, settings)
  return 'findings' in report ? report.findings : report.failures.map(caseFinding)
}
