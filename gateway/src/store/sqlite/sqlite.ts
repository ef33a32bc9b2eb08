// The store in one sqlite file, opened in a worker: nothing to install, and two processes may share it during
// a restart (WAL, busy timeout). A verb that is not answered in time is a Fault; a worker that dies is
// replaced at the next call, so that a store which comes back needs nobody.
import { closeSync, openSync } from 'node:fs'
import type { Worker } from 'node:worker_threads'
import { Fault } from '../../fault.ts'
import type { Clock } from '../../system/clock.ts'
import { startWorker } from '../../system/worker.ts'
import { KINDS, storedId, type KindRules } from '../kinds.ts'
import { createSteadyTime } from '../steady-time.ts'
import type { Kind, Put, Row, Store } from '../store.ts'
import type { Reply, Request, Verb, VerbResult, WorkerSettings } from './messages.ts'

export type SqliteSettings = {
  readonly path: string
  readonly rules?: KindRules
  /** How long a caller waits for one verb. */
  readonly timeoutMs?: number
}

type Waiting = {
  readonly resolve: (result: VerbResult) => void
  readonly reject: (fault: Fault) => void
  readonly timer: NodeJS.Timeout
}
type Connection = { readonly worker: Worker; readonly opened: Promise<void> }

const TIMEOUT_MS = 500
const OPEN_TIMEOUT_MS = 10_000
/** The busy timeout ends before the caller's, so that the answer is sqlite's own. */
const BUSY_SHARE = 0.8
const MAX_WAITING = 10_000

/** Opens or creates the file and migrates it; rejects in words when that cannot be done. */
export async function createSqliteStore(settings: SqliteSettings, clock: Clock): Promise<Store> {
  const { path, rules = KINDS, timeoutMs = TIMEOUT_MS } = settings
  const steady = createSteadyTime(clock)
  const waiting = new Map<number, Waiting>()
  let outbox: Verb[] = []
  let asked = 0
  let connection: Connection | undefined
  let closed = false

  const connect = (): Connection => {
    // sqlite gives the -wal and -shm files the mode of the database.
    closeSync(openSync(path, 'a', 0o600))
    const workerData: WorkerSettings = { path, rules, busyTimeoutMs: timeoutMs * BUSY_SHARE }
    const worker = startWorker(new URL('./sqlite-worker.ts', import.meta.url), workerData)
    worker.unref()
    const opened = new Promise<void>((resolve, reject) => {
      worker.once('error', reject)
      worker.once('exit', () => reject(new Error('the worker ended')))
      worker.on('message', (message: Reply | 'open') => {
        if (message === 'open') resolve()
        else settle(message)
      })
    })
    opened.catch(() => undefined)
    worker.once('exit', () => {
      if (connection?.worker === worker) connection = undefined
      for (const [id, { reject, timer }] of waiting) {
        clearTimeout(timer)
        waiting.delete(id)
        reject(unavailable('the store has ended'))
      }
    })
    return { worker, opened }
  }

  const settle = ({ first, answers }: Reply): void => {
    for (const [position, answer] of answers.entries()) {
      const caller = waiting.get(first + position)
      if (caller === undefined) continue
      waiting.delete(first + position)
      clearTimeout(caller.timer)
      if ('failure' in answer) caller.reject(unavailable(answer.failure))
      else caller.resolve(answer.result)
    }
  }

  const flush = (): void => {
    const verbs = outbox
    outbox = []
    const request: Request = {
      first: asked - verbs.length,
      verbs,
      nowMs: clock.wallMs(),
      sweepMs: steady.sweepMs(),
    }
    try {
      connection ??= connect()
      connection.worker.postMessage(request, [])
    } catch (error) {
      const failure = error instanceof Error ? error.message : 'unknown failure'
      settle({ first: request.first, answers: verbs.map(() => ({ failure })) })
    }
  }

  const ask = <Result extends VerbResult>(verb: Verb): Promise<Result> =>
    new Promise<VerbResult>((resolve, reject) => {
      if (closed) return reject(unavailable('the store is closed'))
      if (waiting.size >= MAX_WAITING) return reject(unavailable('too many calls wait'))
      const id = asked++
      const late = (): void => {
        if (waiting.delete(id)) reject(unavailable(`no answer within ${timeoutMs} ms`))
      }
      // After a turn that took long, an answer that has come meanwhile is taken before the time is said to be up.
      const timer = setTimeout(() => setImmediate(late), timeoutMs)
      waiting.set(id, { resolve, reject, timer })
      if (outbox.push(verb) === 1) queueMicrotask(flush)
    }) as Promise<Result>

  const stored = (put: Put): Put => ({ ...put, id: storedId(rules, put.kind, put.id) })
  const idOf = (kind: Kind, id: string): string => storedId(rules, kind, id)

  connection = connect()
  await within(connection.opened, OPEN_TIMEOUT_MS)

  return {
    put: async (put) => {
      await ask({ verb: 'put', put: stored(put) })
    },
    get: (kind, id) => ask<Row | undefined>({ verb: 'get', kind, id: idOf(kind, id) }),
    list: (kind, limit) => ask<readonly Row[]>({ verb: 'list', kind, limit }),
    consumeOnce: (kind, id) =>
      ask<Row | undefined>({ verb: 'consumeOnce', kind, id: idOf(kind, id) }),
    insertIfAbsent: (put) => ask<boolean>({ verb: 'insertIfAbsent', put: stored(put) }),
    casUpdate: (put, revision) => ask<boolean>({ verb: 'casUpdate', put: stored(put), revision }),
    deleteByIndex: (kind, index) => ask<number>({ verb: 'deleteByIndex', kind, index }),
    sweep: (batch) => ask<number>({ verb: 'sweep', batch }),
    close: async () => {
      closed = true
      const open = connection?.worker
      if (open === undefined) return
      if (outbox.length > 0) flush()
      open.ref()
      const ended = new Promise((resolve) => open.once('exit', resolve))
      open.postMessage('close', [])
      await ended
    },
  }
}

function unavailable(words: string): Fault {
  return new Fault('store.unavailable', `the state store failed: ${words}`, { dependency: 'store' })
}

async function within(opened: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('it did not open in time')), limitMs)
  })
  try {
    await Promise.race([opened, late])
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : 'unknown failure'
    throw new Error(`cannot open the state store: ${words}`, { cause })
  } finally {
    clearTimeout(timer)
  }
}
