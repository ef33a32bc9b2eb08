// Runs a client's command to its end. What it printed is returned whatever its exit code is; one that hangs is ended.
import { execFile } from 'node:child_process'

export type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string }

const PATIENCE_MS = 60_000

export function runClient(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { env, timeout: PATIENCE_MS },
      (error, stdout, stderr) => {
        if (typeof child.exitCode === 'number') resolve({ code: child.exitCode, stdout, stderr })
        else
          reject(
            new Error(`${command} was ended after ${PATIENCE_MS} ms: ${stderr}`, { cause: error }),
          )
      },
    )
    child.stdin?.end()
  })
}
