// `npm run attacks:prove [-- --changed] [-- --sample N] [-- ID …]`: shows that each defence is what makes its
// test pass. For every row with a patch: copy the tree, take the defence away, run the row's test. Proven means
// that at least one attack test turned red and every control stayed green. Without arguments all rows run and
// the table is written to docs/reports/attacks.md with the commit's hash.
import './assert-node.ts'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readTests, readUnproven, type AttackTest } from './attack-catalogue.ts'
import { inPatchedCopy } from './patched-copy.ts'

type Verdict = 'proven' | 'not proven' | 'patch does not apply' | 'control broke'
type VitestReport = {
  testResults: { assertionResults: { title: string; status: string }[]; message: string }[]
}

const { values: options, positionals: ids } = parseArgs({
  allowPositionals: true,
  options: { changed: { type: 'boolean' }, sample: { type: 'string' }, base: { type: 'string' } },
})
const commit = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8' }).trim()
const all = readTests().filter((test) => test.patch !== undefined)
const chosen = choose()
const rows: { id: string; verdict: Verdict; red: number; green: number }[] = []

for (const [index, test] of chosen.entries()) {
  const row = { id: test.id, ...prove(test) }
  rows.push(row)
  process.stdout.write(
    `[${index + 1}/${chosen.length}] ${row.id}  ${row.verdict}  (${row.red} red, ${row.green} green without the defence)\n`,
  )
}
if (chosen.length === all.length) writeReport()
const failed = rows.filter((row) => row.verdict !== 'proven').length
process.stdout.write(`${rows.length - failed} passed, ${failed} failed\n`)
process.exit(failed === 0 ? 0 : 1)

function choose(): AttackTest[] {
  if (ids.length > 0) return all.filter((test) => ids.includes(test.id))
  if (!options.changed && options.sample === undefined) return all
  const picked = new Set<AttackTest>()
  if (options.changed) {
    const changed = changedFiles()
    for (const test of all) {
      const touched = patchedFiles(test).some((file) => changed.has(file))
      if (touched || changed.has(test.file) || changed.has(test.patch ?? '')) picked.add(test)
    }
  }
  const rest = all.filter((test) => !picked.has(test))
  const drawn = rest.toSorted((a, b) => lot(a).localeCompare(lot(b)))
  return [...picked, ...drawn.slice(0, Number(options.sample ?? 0))]
}

/** Another order for each commit, the same one wherever that commit is run. */
function lot(test: AttackTest): string {
  return createHash('sha256').update(`${commit} ${test.id}`).digest('hex')
}

function changedFiles(): Set<string> {
  const base = options.base ?? 'HEAD~1'
  const known = spawnSync('git', ['rev-parse', '--verify', '--quiet', base]).status === 0
  if (!known) return new Set()
  return new Set(
    execFileSync('git', ['diff', '--name-only', base], { encoding: 'utf8' }).split('\n'),
  )
}

function patchedFiles(test: AttackTest): string[] {
  const text = readFileSync(test.patch ?? '', 'utf8')
  return [...text.matchAll(/^\+\+\+ b\/(.+)$/gm)].map((match) => match[1] ?? '')
}

function prove(test: AttackTest): { verdict: Verdict; red: number; green: number } {
  const judged = inPatchedCopy(test.patch ?? '', (folder) => judge(runTest(folder, test.file)))
  return judged ?? { verdict: 'patch does not apply', red: 0, green: 0 }
}

function runTest(scratch: string, file: string): VitestReport | undefined {
  const report = join(scratch, 'report.json')
  spawnSync(
    process.execPath,
    [
      join(process.cwd(), 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=json',
      `--outputFile=${report}`,
      file,
    ],
    { cwd: scratch, stdio: 'ignore', timeout: 180_000 },
  )
  try {
    return JSON.parse(readFileSync(report, 'utf8')) as VitestReport
  } catch {
    return undefined
  }
}

function judge(report: VitestReport | undefined): { verdict: Verdict; red: number; green: number } {
  const results = report?.testResults.flatMap((file) => file.assertionResults) ?? []
  const controls = results.filter((result) => result.title.includes('control:'))
  const red = results.filter(
    (result) => result.status === 'failed' && !result.title.includes('control:'),
  ).length
  const green = results.filter((result) => result.status === 'passed').length
  if (controls.length === 0 || controls.some((control) => control.status !== 'passed')) {
    return { verdict: 'control broke', red, green }
  }
  return { verdict: red > 0 ? 'proven' : 'not proven', red, green }
}

function writeReport(): void {
  const lines = [
    '# Attacks: each defence taken away once',
    '',
    `Written by \`npm run attacks:prove\` at commit ${commit}. "Proven": without the defence at least one attack test of the row is red and every benign control stays green.`,
    '',
    '| row | verdict | red | green |',
    '| --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row.id} | ${row.verdict} | ${row.red} | ${row.green} |`),
    '',
    '## Rows without a patch',
    '',
    '| row | reason |',
    '| --- | --- |',
    ...Object.entries(readUnproven()).map(([id, reason]) => `| ${id} | ${reason} |`),
    '',
  ]
  writeFileSync('docs/reports/attacks.md', lines.join('\n'))
}
