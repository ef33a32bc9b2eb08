// The processes of a run: each pinned to its core, all ended with it.
import { execFileSync, fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

export const GATEWAY_CORE = '0'
export const LOAD_CORE = '1'

export type Crew = {
  /** A script of this folder, or by its address. */
  readonly child: (
    file: string | URL,
    core: string | undefined,
    environment: Readonly<Record<string, string>>,
  ) => ChildProcess
  readonly keep: (...running: readonly ChildProcess[]) => void
  readonly end: () => void
}

export function createCrew(): Crew {
  const children: ChildProcess[] = []
  return {
    child(file, core, environment) {
      const started = fork(new URL(file, import.meta.url), {
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      })
      if (core !== undefined) {
        execFileSync('taskset', ['-acp', core, String(started.pid)], { stdio: 'ignore' })
      }
      children.push(started)
      return started
    },
    keep: (...running) => void children.push(...running),
    end() {
      for (const running of children) running.kill()
    },
  }
}

/** The next one; rejects where the process ends without. */
export async function message(from: ChildProcess): Promise<unknown> {
  const waiting = new AbortController()
  const { signal } = waiting
  try {
    const ended = once(from, 'exit', { signal }).then(([code]) => {
      throw new Error(`a process of the benchmark ended with ${String(code)}`)
    })
    const [first] = (await Promise.race([once(from, 'message', { signal }), ended])) as unknown[]
    return first
  } finally {
    waiting.abort()
  }
}
