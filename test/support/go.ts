// Programs in Go, built once per test file. Go is a prerequisite (.ci/run installs it): without it the tests fail.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type GoProgram = {
  /** Standard output and standard error together, and the exit code. */
  readonly run: (
    args: readonly string[],
    input?: string,
  ) => { readonly status: number | null; readonly said: string }
  readonly remove: () => void
}

/** `source`: folder of a Go module with one program. Throws in Go's words. */
export function buildGo(source: string): GoProgram {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-go-'))
  const program = join(folder, 'program')
  execFileSync('go', ['build', '-o', program, '.'], {
    cwd: source,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
  })
  return {
    run: (args, input = '') => {
      const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: 'utf8' })
      return { status, said: stdout + stderr }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
