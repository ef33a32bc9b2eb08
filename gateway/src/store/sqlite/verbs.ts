// The verbs of the store as plain SQL, run inside the transaction that the worker has open.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { KindRules } from '../kinds.ts'
import type { Kind, Put, Row } from '../store.ts'
import type { Request, Verb, VerbResult } from './messages.ts'

export type RunVerb = (verb: Verb, time: Pick<Request, 'nowMs' | 'sweepMs'>) => VerbResult

const LIVE = '(expires_at IS NULL OR expires_at > ?)'
const SQL = {
  revision: `UPDATE facts SET value = value + 1 WHERE name = 'revision' RETURNING value`,
  filled: `SELECT rows FROM filled WHERE kind = ?`,
  put: `INSERT INTO row (kind, id, value, expires_at, idx, revision) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (kind, id) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at,
      idx = excluded.idx, revision = excluded.revision`,
  exists: `SELECT 1 FROM row WHERE kind = ? AND id = ?`,
  get: `SELECT * FROM row WHERE kind = ? AND id = ? AND ${LIVE}`,
  list: `SELECT * FROM row WHERE kind = ? AND ${LIVE} ORDER BY revision LIMIT ?`,
  consume: `DELETE FROM row WHERE kind = ? AND id = ? AND ${LIVE} RETURNING *`,
  deleteByIndex: `DELETE FROM row WHERE kind = ? AND idx = ?`,
  expired: `DELETE FROM row WHERE (kind, id) IN
    (SELECT kind, id FROM row WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
  expiredOf: `DELETE FROM row WHERE kind = ?1 AND id IN
    (SELECT id FROM row WHERE kind = ?1 AND expires_at <= ?2 ORDER BY revision LIMIT ?3)`,
  oldest: `DELETE FROM row WHERE kind = ?1 AND id IN
    (SELECT id FROM row WHERE kind = ?1 ORDER BY revision LIMIT ?2)`,
} as const

export function prepareVerbs(db: DatabaseSync, rules: KindRules): RunVerb {
  const statements = Object.fromEntries(
    Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)]),
  ) as Record<keyof typeof SQL, ReturnType<DatabaseSync['prepare']>>
  const filled = (kind: Kind): number => Number(statements.filled.get(kind)?.['rows'] ?? 0)

  const makeRoom = (kind: Kind, sweepMs: number): void => {
    const { cap, whenFull } = rules[kind]
    if (filled(kind) < cap) return
    statements.expiredOf.run(kind, sweepMs, filled(kind) - cap + 1)
    if (filled(kind) < cap) return
    if (whenFull === 'refuse') throw new Error(`there are ${cap} rows of kind ${kind} already`)
    statements.oldest.run(kind, filled(kind) - cap + 1)
  }
  const write = (put: Put, sweepMs: number): void => {
    if (statements.exists.get(put.kind, put.id) === undefined) makeRoom(put.kind, sweepMs)
    const revision = Number(statements.revision.get()?.['value'])
    const { kind, id, value, expiresAtMs = null, index = null } = put
    statements.put.run(kind, id, value, expiresAtMs, index, revision)
  }
  const live = (kind: Kind, id: string, nowMs: number): Row | undefined =>
    rowOf(statements.get.get(kind, id, nowMs))

  const sweep = (batch: number, sweepMs: number): number => {
    let left = batch - Number(statements.expired.run(sweepMs, batch).changes)
    for (const [kind, rule] of Object.entries(rules)) {
      const beyond = Math.min(left, filled(kind as Kind) - rule.cap)
      if (beyond > 0) left -= Number(statements.oldest.run(kind, beyond).changes)
    }
    return batch - left
  }

  return (verb, { nowMs, sweepMs }) => {
    switch (verb.verb) {
      case 'put':
        write(verb.put, sweepMs)
        return undefined
      case 'get':
        return live(verb.kind, verb.id, nowMs)
      case 'list':
        return statements.list.all(verb.kind, nowMs, verb.limit).map((columns) => toRow(columns))
      case 'consumeOnce':
        return rowOf(statements.consume.get(verb.kind, verb.id, nowMs))
      case 'insertIfAbsent':
        if (live(verb.put.kind, verb.put.id, nowMs) !== undefined) return false
        write(verb.put, sweepMs)
        return true
      case 'casUpdate':
        if (live(verb.put.kind, verb.put.id, nowMs)?.revision !== verb.revision) return false
        write(verb.put, sweepMs)
        return true
      case 'deleteByIndex':
        return Number(statements.deleteByIndex.run(verb.kind, verb.index).changes)
      case 'sweep':
        return sweep(verb.batch, sweepMs)
      default:
        throw new Error('unknown verb')
    }
  }
}

type Columns = Record<string, SQLOutputValue>

function rowOf(columns: Columns | undefined): Row | undefined {
  return columns === undefined ? undefined : toRow(columns)
}

function toRow(columns: Columns): Row {
  const expires = columns['expires_at']
  const index = columns['idx']
  return {
    id: String(columns['id']),
    value: String(columns['value']),
    expiresAtMs: typeof expires === 'number' ? expires : undefined,
    index: typeof index === 'string' ? index : undefined,
    revision: Number(columns['revision']),
  }
}
