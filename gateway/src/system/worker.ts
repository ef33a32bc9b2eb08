// Starting a worker from a `.ts` or `.js` file beside its owner: a thread, or a process where what it does must not cost
// the gateway its memory or its life. It gets neither the environment nor the arguments of the gateway (P-07), only where
// compiled code is kept; and a worker that dies of an error is the owner's to notice.
import { fork, type ChildProcess } from 'node:child_process'
import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

/** Of a worker process, for scripts and for WebAssembly (pages of 64 KiB): half a gigabyte each. */
const MEMORY = ['--max-old-space-size=512', '--wasm-max-mem-pages=8192']
/** Of threads it is what the process of the gateway has (S-07). */
const NO_CODE_FROM_STRINGS = '--disallow-code-generation-from-strings'

/** `url` as in `new URL('./x-worker.ts', import.meta.url)`; `input` arrives as `workerData`. */
export function startWorker(url: URL, input: unknown): Worker {
  return new Worker(url, { workerData: input, env: compileCache(), argv: [], stdin: false })
}

const WATCH = ['--import', new URL('./watch-parent.ts', import.meta.url).href]

/**
 * Ends when this process does, whatever it is doing and however this one ends, or by `kill`; does not hold this process.
 * Speaks by `send` and `message`.
 */
export function startWorkerProcess(url: URL): ChildProcess {
  const started = fork(fileURLToPath(url), {
    env: compileCache(),
    execArgv: [...MEMORY, NO_CODE_FROM_STRINGS, ...WATCH],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  started.unref()
  started.channel?.unref()
  return started
}

/** Node puts a folder of its version into the one that it was given. */
function compileCache(): Readonly<Record<string, string>> {
  const used = getCompileCacheDir()
  return used === undefined ? {} : { NODE_COMPILE_CACHE: dirname(used) }
}
