// The official conformance suite of MCP, installed into a scratch folder for the run at a pinned version, and what it
// found: it exits 0 without a check, so scenarios and checks are counted from what it writes.
import { execFile, execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

export const SUITE = '@modelcontextprotocol/conformance'
export const VERSION = '0.2.0-alpha.12'
export type Revision = '2025-11-25' | '2026-07-28'
type Role = 'server' | 'client'

/** What is expected to fail: nothing, and a test looks at it. */
export const EXPECTED_FAILURES = new URL('expected-failures.yaml', import.meta.url)

export type Scenario = {
  readonly name: string
  readonly checks: number
  /** Checks that failed, or warn. */
  readonly notPassed: readonly Check[]
}

export type Suite = {
  /** Scenarios that a revision requires of this role. */
  readonly required: (revision: Revision, role: Role) => readonly string[]
  readonly run: (
    args: readonly string[],
    environment?: NodeJS.ProcessEnv,
  ) => Promise<readonly Scenario[]>
  readonly remove: () => void
}

type Check = {
  readonly id: string
  readonly status: string
  readonly errorMessage?: string | undefined
}

/** A warning is a SHOULD that came to nothing in the time that the suite waits; it is no failure there either. */
export function isFailure({ status }: Check): boolean {
  return status !== 'WARNING'
}

export function passed({ checks, notPassed }: Scenario): boolean {
  return checks > 0 && !notPassed.some(isFailure)
}

export function installSuite(): Suite {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-conformance-'))
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const install = ['install', '--no-audit', '--no-fund', '--loglevel=error', `${SUITE}@${VERSION}`]
  execFileSync('npm', install, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  const home = join(folder, 'node_modules', SUITE)
  let runs = 0
  return {
    required: (revision, role) =>
      entriesOf(readFileSync(join(home, `requirements/${revision}.yaml`), 'utf8'), role),
    async run(args, environment = {}) {
      const out = join(folder, `out-${(runs += 1)}`)
      await new Promise<void>((resolve) => {
        execFile(
          process.execPath,
          [join(home, 'dist/index.js'), ...args, '-o', out],
          { env: { ...process.env, ...environment }, maxBuffer: 2 ** 26 },
          () => resolve(),
        )
      })
      return globSync(join(out, '**/checks.json')).map(readScenario)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function readScenario(file: string): Scenario {
  const checks = JSON.parse(readFileSync(file, 'utf8')) as readonly Check[]
  const verdicts = checks.filter(({ status }) => status !== 'INFO' && status !== 'SKIPPED')
  return {
    name: nameOf(file),
    checks: verdicts.filter(({ status }) => status === 'SUCCESS').length,
    notPassed: verdicts
      .filter(({ status }) => status !== 'SUCCESS')
      .map(({ id, status, errorMessage }) => ({ id, status, errorMessage })),
  }
}

/** Folders are `[server-]<scenario>-<time>`; a scenario of clients may have a folder of its own above. */
function nameOf(file: string): string {
  const folder = basename(dirname(file)).replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '')
  const above = basename(dirname(dirname(file)))
  return above.startsWith('out-') ? folder.replace(/^server-/, '') : `${above}/${folder}`
}

/** The entries below one key of the suite's own lists, which are plain. */
function entriesOf(yaml: string, key: string): readonly string[] {
  const [, after = ''] = yaml.split(`\n${key}:\n`)
  return /^(?: {2}- .*\n)+/.exec(after)?.[0].match(/[^\s-]\S*(?=\n)/g) ?? []
}
