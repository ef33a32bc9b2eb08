// Scanning off the loop: short definitions are scanned here, a few milliseconds each and one per turn; longer ones, which
// a hostile target makes as costly as it can, in a worker that is started when it is needed, given up when it takes
// too long, and ended when it has nothing to do. What could not be scanned is a finding.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import type { JsonObject } from '../../json/value.ts'
import { startWorker } from '../../system/worker.ts'
import type { ScanFinding } from './finding.ts'
import { scanDefinition } from './scan.ts'

export type Scanner = {
  /** Never rejects. */
  readonly scan: (definition: JsonObject) => Promise<readonly ScanFinding[]>
  readonly close: () => Promise<void>
}

const SHORT = 4_096
const TAKES_TOO_LONG_MS = 10_000
const IDLE_MS = 5_000

type Waiting = {
  readonly done: (findings: readonly ScanFinding[]) => void
  readonly timer: NodeJS.Timeout
}

/** `short`: up to which length, in characters of JSON, a definition is scanned on the loop. */
export function createScanner(short = SHORT): Scanner {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let asked = 0
  let closed = false

  function started(): Worker {
    if (worker !== undefined) return worker
    const own = startWorker(new URL('./scan-worker.ts', import.meta.url), undefined)
    own.unref()
    own.on('message', ({ id, findings }: { id: number; findings: readonly ScanFinding[] }) =>
      settle(id, findings),
    )
    own.on('error', () => giveUp(own))
    own.on('exit', () => giveUp(own))
    worker = own
    return own
  }

  function settle(id: number, findings: readonly ScanFinding[]): void {
    const entry = waiting.get(id)
    if (entry === undefined) return
    waiting.delete(id)
    clearTimeout(entry.timer)
    if (waiting.size === 0) idle = setTimeout(() => end(), IDLE_MS).unref()
    entry.done(findings)
  }

  /** Everything that waits for this worker is unscanned; the next definition gets a new one. */
  function giveUp(own: Worker): void {
    if (worker !== own) return
    end()
    for (const id of waiting.keys()) settle(id, UNSCANNED)
  }

  function end(): void {
    clearTimeout(idle)
    const own = worker
    worker = undefined
    void own?.terminate()
  }

  return {
    async scan(definition) {
      if (closed) return UNSCANNED
      if (JSON.stringify(definition).length <= short) {
        await nextTurn()
        return scanDefinition(definition)
      }
      clearTimeout(idle)
      const own = started()
      asked += 1
      const id = asked
      return await new Promise((done) => {
        const timer = setTimeout(() => giveUp(own), TAKES_TOO_LONG_MS).unref()
        waiting.set(id, { done, timer })
        own.postMessage({ id, definition: JSON.stringify(definition) }, [])
      })
    },
    async close() {
      closed = true
      if (worker !== undefined) giveUp(worker)
      clearTimeout(idle)
    },
  }
}

const UNSCANNED: readonly ScanFinding[] = [
  { rule: 'size.unread', place: '', excerpt: 'it could not be scanned in time' },
]
