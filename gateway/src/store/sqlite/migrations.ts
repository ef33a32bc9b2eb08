// The schema in numbered steps, only ever added to. Each step leaves the file usable for the version before it,
// so that upgrade and rollback need no manual step: columns and tables are added, never renamed or dropped.
// Should that ever be impossible, `oldestReader` names the first step that a program must know.
import type { DatabaseSync } from 'node:sqlite'

type Step = { readonly oldestReader: number; readonly sql: string }

const APPLICATION_ID = 0x53_4c_50_54 // "SLPT"

const STEPS: readonly Step[] = [
  {
    oldestReader: 1,
    sql: `
      CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      INSERT INTO facts (name, value) VALUES ('revision', 0), ('oldest_reader', 1);
      CREATE TABLE row (
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        value TEXT NOT NULL,
        expires_at INTEGER,
        idx TEXT,
        revision INTEGER NOT NULL,
        PRIMARY KEY (kind, id)
      ) STRICT, WITHOUT ROWID;
      CREATE UNIQUE INDEX row_by_age ON row (kind, revision);
      CREATE INDEX row_by_index ON row (kind, idx) WHERE idx IS NOT NULL;
      CREATE INDEX row_by_expiry ON row (expires_at) WHERE expires_at IS NOT NULL;
      CREATE TABLE filled (kind TEXT PRIMARY KEY, rows INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TRIGGER row_added AFTER INSERT ON row BEGIN
        INSERT INTO filled (kind, rows) VALUES (NEW.kind, 1)
          ON CONFLICT (kind) DO UPDATE SET rows = rows + 1;
      END;
      CREATE TRIGGER row_removed AFTER DELETE ON row BEGIN
        UPDATE filled SET rows = rows - 1 WHERE kind = OLD.kind;
      END;`,
  },
]

/** The newest step that this program knows. */
export const NEWEST_STEP = STEPS.length

/** Brings the file to the newest step in one transaction; throws in words when it is not ours or too new. */
export function migrate(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    const from = pragma(db, 'user_version')
    const owner = pragma(db, 'application_id')
    if (owner !== APPLICATION_ID && (owner !== 0 || from !== 0)) {
      throw new Error('the file is a database of another program')
    }
    for (const step of STEPS.slice(from)) {
      db.exec(step.sql)
      db.prepare(`UPDATE facts SET value = ? WHERE name = 'oldest_reader'`).run(step.oldestReader)
    }
    const oldest = db.prepare(`SELECT value FROM facts WHERE name = 'oldest_reader'`).get()?.[
      'value'
    ]
    if (Number(oldest) > STEPS.length) {
      throw new Error(`the file needs a version that knows schema ${Number(oldest)}`)
    }
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
    db.exec(`PRAGMA user_version = ${Math.max(from, STEPS.length)}`)
    db.exec('COMMIT')
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
}

function pragma(db: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name])
}
