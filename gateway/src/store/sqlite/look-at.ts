// What is in a store file, without opening it as a store: nothing is migrated, nothing is written. For
// `sallyport doctor`, beside a gateway that runs or without one.
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { NEWEST_STEP } from './migrations.ts'

export type StoreLook = {
  /** Step of the schema that the file has, and the newest that this program knows. */
  readonly step: number
  readonly newestStep: number
  readonly rows: number
  /** What SQLite finds wrong with the file; `undefined`: nothing. */
  readonly damage: string | undefined
}

const BUSY_MS = 2_000

/** Throws in words of SQLite where the file cannot be read as a database. */
export function lookAtStore(path: string): StoreLook {
  const url = pathToFileURL(path)
  // Not read-only: in WAL mode a reader has to take part in the shared memory beside the file.
  url.searchParams.set('mode', 'rw')
  const db = new DatabaseSync(url, { timeout: BUSY_MS })
  try {
    db.exec('PRAGMA query_only = ON; PRAGMA trusted_schema = OFF')
    const step = Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
    const [first] = db.prepare('PRAGMA quick_check(1)').all()
    const said = String(Object.values(first ?? {})[0])
    const rows = db.prepare('SELECT coalesce(sum(rows), 0) AS rows FROM filled').get()?.['rows']
    return {
      step,
      newestStep: NEWEST_STEP,
      rows: Number(rows),
      damage: said === 'ok' ? undefined : said,
    }
  } finally {
    db.close()
  }
}
