// `sallyport policy test`: runs the cases beside the policies, without a gateway; 65 where one does not hold. The
// same run stands before every load of a gateway.
import type { CaseFailure, CaseReport } from '@sallyport/gateway/authorize/policy-test.ts'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { defineOffline, openOffline, policiesOf } from '../gateway/offline-policies.ts'
import type { OfflineOptions } from '../gateway/offline-policies.ts'
import { showFindings, type PlacedFinding } from '../gateway/show-findings.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'
import type { Terminal } from '../terminal/terminal.ts'

type TestOptions = OfflineOptions & { readonly policies?: string; readonly schema?: true }

export const policyTest: Command<TestOptions> = {
  examples: [
    'sallyport policy test',
    'sallyport policy test --policies ./policies --tools tools.json   # in CI, without a gateway',
    'sallyport policy test --schema > policy-test.schema.json',
  ],
  define: (command) => {
    command.option(
      '--policies <folder>',
      'policies and cases, instead of those of the configuration',
    )
    defineOffline(command)
    command.option('--schema', 'print the JSON Schema of `*.test.yaml` and run nothing')
  },
  run: async ({ options, terminal, json }) => {
    const { caseFileSchema, readCases } = await import('@sallyport/gateway/config/policy-cases.ts')
    if (options.schema) {
      terminal.out(`${jsonText(caseFileSchema(), 2)}\n`)
      return exitCode('ok')
    }
    const needed = options.policies === undefined
    const { config, catalogue, settings } = await openOffline(options, needed, terminal)
    const folder = options.policies ?? config?.policies.folder ?? ''
    const files = await policiesOf(folder)
    const { readCaseFiles } = await import('@sallyport/gateway/authorize/policy-files.ts')
    const { cases, findings } = readCases(await readCaseFiles(folder))
    if (findings.length > 0) return refuse(findings, terminal, json)
    if (cases.length === 0) {
      const fix = 'write one beside the policies, in a file that ends in `.test.yaml`'
      throw new CommandFailure('noInput', `there is no case in \`${folder}\``, { fix })
    }
    const { testPolicies } = await import('@sallyport/gateway/authorize/policy-test.ts')
    // In another folder there is nothing of which the configuration says that it only logs.
    const logOnly = options.policies === undefined ? config?.policies.logOnly : undefined
    const shadows = { files: new Set(logOnly) }
    const report = await testPolicies(files, cases, catalogue, { ...settings, shadows })
    if ('findings' in report) return refuse(report.findings, terminal, json)
    terminal.out(
      json
        ? `${jsonText({ ok: report.failures.length === 0, ...report })}\n`
        : shown(report, terminal),
    )
    return exitCode(report.failures.length === 0 ? 'ok' : 'findings')
  },
}

function refuse(findings: readonly PlacedFinding[], terminal: Terminal, json: boolean): number {
  terminal.out(json ? `${jsonText({ ok: false, findings })}\n` : showFindings(findings, terminal))
  return exitCode('findings')
}

function shown(report: CaseReport, terminal: Terminal): string {
  const { run, failures, skipped, untested } = report
  const failed = failures.length
  const verdict = failed === 0 ? 'every case holds' : `${failed} of ${run} cases do not hold`
  const head = terminal.style('out', failed === 0 ? 'green' : 'red', verdict)
  const lines = [
    ...failures.flatMap((failure) => ['', ...failureLines(failure, terminal)]),
    ...skipped.map(({ file, line, name, tool }) =>
      plainLine(`not run: ${file}:${line} \`${name}\`: \`${tool}\` has no approved definition yet`),
    ),
    ...untested.map((id) => plainLine(`no case is decided by ${id}`)),
  ]
  return `${[`${head}: ${run} run`, ...lines].join('\n')}\n`
}

function failureLines(failure: CaseFailure, terminal: Terminal): readonly string[] {
  const { file, line, name, who, tool, expected, seen, because } = failure
  const place = terminal.style('out', 'bold', plainLine(`${file}:${line}`))
  return [
    `${place}  ${plainLine(name)}`,
    `  ${plainLine(`${who} calls ${tool}`)}`,
    `  expected  ${plainLine(expected)}`,
    `  seen      ${plainLine(seen)}`,
    ...because.map((reason) => `            ${plainLine(reason)}`),
  ]
}
