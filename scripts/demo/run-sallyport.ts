// Runs the `sallyport` command as a process of its own, with a home of its own for tokens.
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The command of this tree, or one that is installed elsewhere. */
const COMMAND =
  process.env['SALLYPORT_COMMAND'] ??
  fileURLToPath(new URL('../../cli/src/sallyport.js', import.meta.url))

export type Ran = {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Standard output as JSON; empty where it is none. */
  readonly json: Readonly<Record<string, unknown>>
}

export function spawnSallyport(args: readonly string[], home: string): ChildProcess {
  return spawn(process.execPath, [COMMAND, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      NODE_OPTIONS: process.env['NODE_OPTIONS'],
      HOME: home,
      XDG_CONFIG_HOME: home,
      NO_COLOR: '1',
    },
  })
}

export async function sallyport(
  args: readonly string[],
  { home }: { readonly home: string },
): Promise<Ran> {
  return finished(spawnSallyport(args, home))
}

export function finished(child: ChildProcess): Promise<Ran> {
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      resolve({ code: code ?? 1, stdout, stderr, json: parsed(stdout) }),
    )
  })
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    return {}
  }
}
