// `npm run mutation [-- oauth …] [-- --sample N] [-- --static]`: changes each expression of gateway/src/{identify,authorize,oauth} once and runs the
// unit tests that reach it (gateway/test/<the same folder>). Prints the share of changes that turn a test red; a run
// over all folders writes docs/reports/mutation.md with every change that no test saw. What runs when a module is loaded
// (tables, schemas) has all tests of the folder run for each change: only with `--static`, which takes hours. Stryker is
// no dependency of the repository: the pinned versions are fetched for the run, into a scratch folder.
import './assert-node.ts'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { copyTree } from './copy-tree.ts'
import { mutationReport, readScore, type Score } from './mutation-report.ts'

const FOLDERS = ['identify', 'authorize', 'oauth'] as const
const WANTED_PERCENT = 85
const STRYKER = '10.1.1'
/** Lines. */
const WINDOW = 12

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    static: { type: 'boolean', default: false },
    // One window of lines in so many, always the same ones; 1: all.
    sample: { type: 'string', default: '1' },
  },
})
const sample = Number(values.sample)
const chosen = FOLDERS.filter((name) => positionals.length === 0 || positionals.includes(name))
const scratch = mkdtempSync(join(tmpdir(), 'sallyport-mutation-'))
const scores: Score[] = []
try {
  copyTree(scratch)
  fetchStryker()
  for (const folder of chosen) scores.push(mutate(folder))
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
for (const { folder, percent, killed, counted } of scores) {
  process.stdout.write(`${folder}: ${percent.toFixed(1)} % (${killed} of ${counted})\n`)
}
if (chosen.length === FOLDERS.length) writeReport()
const low = scores.filter(({ percent }) => percent < WANTED_PERCENT).length
process.stdout.write(`${scores.length - low} passed, ${low} failed\n`)
process.exit(low === 0 && scores.length > 0 ? 0 : 1)

/** Beside the tree's own packages: the runner finds the vitest of the tree above it. */
function fetchStryker(): void {
  mkdirSync(join(scratch, 'stryker'))
  writeFileSync(join(scratch, 'stryker/package.json'), '{ "private": true }')
  const packages = ['core', 'vitest-runner'].map((name) => `@stryker-mutator/${name}@${STRYKER}`)
  const { status } = spawnSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--loglevel=error', '--legacy-peer-deps', ...packages],
    { cwd: join(scratch, 'stryker'), stdio: ['ignore', 'ignore', 'inherit'] },
  )
  if (status !== 0) throw new Error(`npm could not install ${packages.join(' and ')}`)
}

function mutate(folder: string): Score {
  const report = join(scratch, `${folder}.json`)
  writeFileSync(
    join(scratch, 'vitest.mutation.config.ts'),
    `export default { test: { include: ['gateway/test/${folder}/**/*.test.ts'], testTimeout: 20_000 } }\n`,
  )
  writeFileSync(join(scratch, 'stryker.json'), JSON.stringify(settings(folder, report)))
  const { status } = spawnSync(
    process.execPath,
    ['stryker/node_modules/@stryker-mutator/core/bin/stryker.js', 'run', 'stryker.json'],
    { cwd: scratch, stdio: ['ignore', 'inherit', 'inherit'] },
  )
  if (status !== 0) throw new Error(`the run over ${folder} did not end`)
  return readScore(folder, readFileSync(report, 'utf8'))
}

function settings(folder: string, report: string) {
  return {
    mutate: globSync(`gateway/src/${folder}/**/*.ts`).flatMap(sampled),
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner', './scripts/mutation-ignorer.ts'],
    ignorers: ['descriptions'],
    vitest: { configFile: 'vitest.mutation.config.ts', related: true },
    coverageAnalysis: 'perTest',
    ignoreStatic: !values.static,
    concurrency: Math.max(1, availableParallelism() - 1),
    // The scratch folder is the sandbox: a second one would link back to sources that are not changed.
    inPlace: true,
    // TypeScript 7 has no API that could rewrite it, and nothing here needs that.
    tsconfigFile: 'none.json',
    disableTypeChecks: true,
    timeoutMS: 10_000,
    reporters: ['progress-append-only', 'json'],
    jsonReporter: { fileName: report },
  }
}

/** The file, or those windows of it that the hash of name and place chooses. */
function sampled(file: string): string[] {
  if (sample === 1) return [file]
  const lines = readFileSync(file, 'utf8').split('\n').length
  const starts = Array.from({ length: Math.ceil(lines / WINDOW) }, (_, at) => 1 + at * WINDOW)
  return starts
    .filter((line) => createHash('sha256').update(`${file}:${line}`).digest()[0]! % sample === 0)
    .map((line) => `${file}:${line}-${Math.min(line + WINDOW - 1, lines)}`)
}

function writeReport(): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  mkdirSync('docs/reports', { recursive: true })
  writeFileSync(
    'docs/reports/mutation.md',
    mutationReport(scores, {
      commit,
      day: new Date().toISOString().slice(0, 10),
      stryker: STRYKER,
      sample,
    }),
  )
}
