// Starts gateway-process.ts and follows it: when it is ready, what it printed, how it ended.
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Fault } from './faults.ts'
import type { Memory, Ready } from './gateway-process.ts'

export type { Memory }

export type Ending = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

export type GatewayProcess = Ready & {
  readonly pid: number
  /** Since the start of the process. */
  readonly readyAfterMs: number
  /** Everything printed so far, log and standard error. */
  readonly printed: () => string
  readonly raise: (fault: Fault) => void
  /** Collects garbage first. */
  readonly memory: () => Promise<Memory>
  readonly signal: (signal: NodeJS.Signals) => void
  readonly ended: Promise<Ending>
  /** SIGKILL, and waits. */
  readonly kill: () => Promise<Ending>
}

export type ProcessOptions = {
  readonly env?: Readonly<Record<string, string>>
  /** A file that is loaded into every thread first. */
  readonly preload?: URL
  /** Takes the place of the one that runs on the same folder. */
  readonly takeOver?: boolean
}

const ENTRY = fileURLToPath(new URL('gateway-process.ts', import.meta.url))
const READY_WITHIN_MS = 120_000

/** Rejects with what was printed when it ends before it is ready. */
export async function startProcess(
  configFile: string,
  { env = {}, preload, takeOver = false }: ProcessOptions = {},
): Promise<GatewayProcess> {
  const startedMs = performance.now()
  const child = fork(ENTRY, [configFile, ...(takeOver ? ['--take-over'] : [])], {
    execArgv: preload === undefined ? [] : ['--import', preload.href],
    env: {
      PATH: process.env['PATH'],
      // Set where many tests start many (vitest.config.ts); promises are timed without.
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const chunks: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk))
  const printed = () => Buffer.concat(chunks).toString()
  const ended = new Promise<Ending>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const ready = await readyOf(child, ended).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw new Error(`${String(error)}\n${printed()}`)
  })
  return {
    ...ready,
    pid: child.pid ?? 0,
    readyAfterMs: performance.now() - startedMs,
    printed,
    raise: (fault) => void child.send(fault),
    memory: () =>
      new Promise((resolve) => {
        child.once('message', (memory: Memory) => resolve(memory))
        child.send('memory')
      }),
    signal: (signal) => void child.kill(signal),
    ended,
    kill: () => {
      child.kill('SIGKILL')
      return ended
    },
  }
}

function readyOf(child: ChildProcess, ended: Promise<Ending>): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('not ready in time')), READY_WITHIN_MS)
    child.once('message', (ready: Ready) => {
      clearTimeout(late)
      resolve(ready)
    })
    void ended.then(({ code, signal }) => {
      clearTimeout(late)
      reject(new Error(`ended with ${code ?? signal} before it was ready`))
    })
  })
}
