// Preloaded into every thread of a gateway (F-06): while the file of `?order=` is there, the thread that holds the store
// takes as many milliseconds as are written in it before each transaction.
import { existsSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { isMainThread } from 'node:worker_threads'

if (!isMainThread) {
  const order = new URL(import.meta.url).searchParams.get('order') ?? ''
  type Exec = (this: DatabaseSync, sql: string) => void
  const exec = Reflect.get<DatabaseSync, 'exec'>(DatabaseSync.prototype, 'exec') satisfies Exec
  const clock = new Int32Array(new SharedArrayBuffer(4))
  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
    if (sql.startsWith('BEGIN') && existsSync(order)) {
      Atomics.wait(clock, 0, 0, Number(readFileSync(order, 'utf8')))
    }
    return exec.call(this, sql)
  }
}
