// The thread that holds the sqlite file. node:sqlite is synchronous, so the request thread never opens it.
// One message is one transaction (group commit); a verb that fails is undone alone.
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { migrate } from './migrations.ts'
import type { Answer, Reply, Request, WorkerSettings } from './messages.ts'
import { prepareVerbs } from './verbs.ts'

const settings = workerData as WorkerSettings
const port = parentPort
if (port === null) throw new Error('this file runs as a worker')

const db = new DatabaseSync(settings.path, { timeout: settings.busyTimeoutMs })
// FULL: what a restart may not lose is on the disk before the caller hears of it.
db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF')
migrate(db)
const run = prepareVerbs(db, settings.rules)

port.on('message', (message: Request | 'close') => {
  if (message === 'close') {
    db.close()
    port.close()
    return
  }
  port.postMessage({ first: message.first, answers: transact(message) } satisfies Reply)
})
port.postMessage('open')

function transact(request: Request): Answer[] {
  try {
    // IMMEDIATE: another process that writes is waited for here, once, and never in the middle.
    db.exec('BEGIN IMMEDIATE')
    const answers = request.verbs.map((verb): Answer => {
      db.exec('SAVEPOINT verb')
      try {
        const result = run(verb, request)
        db.exec('RELEASE verb')
        return { result }
      } catch (error) {
        db.exec('ROLLBACK TO verb; RELEASE verb')
        return { failure: wordsOf(error) }
      }
    })
    db.exec('COMMIT')
    return answers
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    return request.verbs.map(() => ({ failure: wordsOf(error) }))
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown failure'
}
