// `npm run promises:prove [-- ID …]`: shows that each promise is seen to be broken when it is. For every patch in
// test/failures: copy the tree, break the promise, run its script in the short form. Proven means that at least one
// figure is broken and that the script itself ran. Without arguments all run and docs/reports/promises-proved.md is
// written.
import './assert-node.ts'
import { execFileSync, spawnSync } from 'node:child_process'
import { globSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { inPatchedCopy } from './patched-copy.ts'

type Row = { readonly id: string; readonly verdict: string; readonly broken: readonly string[] }

const LONGEST_MS = 900_000
const wanted = process.argv.slice(2)
const patches = globSync('test/failures/*.patch')
  .sort()
  .filter((patch) => wanted.length === 0 || wanted.includes(basename(patch, '.patch')))
const rows: Row[] = []

for (const [index, patch] of patches.entries()) {
  const id = basename(patch, '.patch')
  const row = inPatchedCopy(patch, (folder) => judge(id, run(id, folder))) ?? {
    id,
    verdict: 'patch does not apply',
    broken: [],
  }
  rows.push(row)
  process.stdout.write(`[${index + 1}/${patches.length}] ${id}  ${row.verdict}\n`)
  for (const line of row.broken) process.stdout.write(`  ${line}\n`)
}
if (wanted.length === 0) writeReport()
const failed = rows.filter(({ verdict }) => verdict !== 'proven').length
process.stdout.write(`${rows.length - failed} passed, ${failed} failed\n`)
process.exit(failed === 0 && rows.length > 0 ? 0 : 1)

function run(id: string, folder: string): string {
  const { stdout } = spawnSync(process.execPath, ['scripts/promises.ts', '--short', id], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  })
  return stdout
}

function judge(id: string, printed: string): Row {
  const lines = printed.split('\n')
  const broken = lines
    .filter((line) => line.startsWith('  BROKEN '))
    .map((line) => line.trim().replace('BROKEN ', ''))
  if (!/^\d+ passed, \d+ failed$/m.test(printed)) return { id, verdict: 'did not end', broken }
  if (broken.some((line) => line.startsWith('the script: '))) {
    return { id, verdict: 'the script broke', broken }
  }
  return { id, verdict: broken.length > 0 ? 'proven' : 'not proven', broken }
}

function writeReport(): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  const cell = (text: string): string => text.replaceAll('|', '\\|')
  const table = rows.flatMap(({ id, verdict, broken }) => {
    const [first = '', ...others] = broken
    return [
      `| ${id} | ${verdict} | ${cell(first)} |`,
      ...others.map((line) => `| | | ${cell(line)} |`),
    ]
  })
  writeFileSync(
    'docs/reports/promises-proved.md',
    `# Promises: each broken once

Written by \`npm run promises:prove\` at commit ${commit}. "Proven": with the promise broken on purpose (\`test/failures/<id>.patch\`) its script runs and says so.

| promise | verdict | what its script said |
| --- | --- | --- |
${table.join('\n')}
`,
  )
}
