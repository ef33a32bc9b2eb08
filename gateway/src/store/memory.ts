// The store in memory: the reference for the contract suite, and for tests of whoever needs a store.
// Every verb runs to its end in one turn of the loop, so it is atomic by itself. Nothing survives a restart.
import { Fault } from '../fault.ts'
import type { Clock } from '../system/clock.ts'
import { KINDS, storedId, type KindRules } from './kinds.ts'
import { createSteadyTime } from './steady-time.ts'
import type { Kind, Put, Row, Store } from './store.ts'

export function createMemoryStore(clock: Clock, rules: KindRules = KINDS): Store {
  // A write deletes and sets again, so a Map's order is the order of the last writes.
  const kinds = new Map<Kind, Map<string, Row>>()
  const steady = createSteadyTime(clock)
  let revision = 0

  const rowsOf = (kind: Kind): Map<string, Row> => {
    const known = kinds.get(kind)
    if (known !== undefined) return known
    const fresh = new Map<string, Row>()
    kinds.set(kind, fresh)
    return fresh
  }
  const live = (kind: Kind, id: string): Row | undefined => {
    const row = rowsOf(kind).get(id)
    return row === undefined || isExpired(row, clock.wallMs()) ? undefined : row
  }
  const write = (put: Put): void => {
    const rows = rowsOf(put.kind)
    const id = storedId(rules, put.kind, put.id)
    if (!rows.has(id)) makeRoom(rows, put.kind)
    rows.delete(id)
    revision += 1
    rows.set(id, {
      id,
      value: put.value,
      expiresAtMs: put.expiresAtMs,
      index: put.index,
      revision,
    })
  }
  const makeRoom = (rows: Map<string, Row>, kind: Kind): void => {
    const { cap, whenFull } = rules[kind]
    if (rows.size < cap) return
    dropExpired(rows, steady.sweepMs(), rows.size - cap + 1)
    if (rows.size < cap) return
    if (whenFull === 'refuse') {
      throw new Fault('store.unavailable', `there are ${cap} rows of kind ${kind} already`, {
        dependency: 'store',
      })
    }
    dropOldest(rows, rows.size - cap + 1)
  }

  return {
    put: async (put) => write(put),
    get: async (kind, id) => live(kind, storedId(rules, kind, id)),
    list: async (kind, limit) => {
      const now = clock.wallMs()
      const listed: Row[] = []
      for (const row of rowsOf(kind).values()) {
        if (listed.length >= limit) break
        if (!isExpired(row, now)) listed.push(row)
      }
      return listed
    },
    consumeOnce: async (kind, id) => {
      const key = storedId(rules, kind, id)
      const row = live(kind, key)
      if (row !== undefined) rowsOf(kind).delete(key)
      return row
    },
    insertIfAbsent: async (put) => {
      if (live(put.kind, storedId(rules, put.kind, put.id)) !== undefined) return false
      write(put)
      return true
    },
    casUpdate: async (put, expected) => {
      if (live(put.kind, storedId(rules, put.kind, put.id))?.revision !== expected) return false
      write(put)
      return true
    },
    deleteByIndex: async (kind, index) => {
      const rows = rowsOf(kind)
      const doomed = [...rows.values()].filter((row) => row.index === index)
      for (const row of doomed) rows.delete(row.id)
      return doomed.length
    },
    sweep: async (batch) => {
      let left = batch
      for (const [kind, rows] of kinds) {
        left -= dropExpired(rows, steady.sweepMs(), left)
        left -= dropOldest(rows, Math.min(left, rows.size - rules[kind].cap))
      }
      return batch - left
    },
    close: async () => kinds.clear(),
  }
}

function isExpired(row: Row, nowMs: number): boolean {
  return row.expiresAtMs !== undefined && row.expiresAtMs <= nowMs
}

function dropExpired(rows: Map<string, Row>, nowMs: number, most: number): number {
  let dropped = 0
  for (const row of rows.values()) {
    if (dropped >= most) break
    if (!isExpired(row, nowMs)) continue
    rows.delete(row.id)
    dropped += 1
  }
  return dropped
}

function dropOldest(rows: Map<string, Row>, most: number): number {
  let dropped = 0
  for (const id of rows.keys()) {
    if (dropped >= most) break
    rows.delete(id)
    dropped += 1
  }
  return dropped
}
