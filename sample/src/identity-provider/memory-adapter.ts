// Where the provider keeps sessions, grants, codes and refresh tokens: in memory, bounded, and with a
// `consume` that only one of many parallel callers can win (RFC 9700 §4.5). A restart forgets everything.
import { errors, type Adapter, type AdapterPayload } from 'oidc-provider'

type Row = { readonly payload: AdapterPayload; readonly expiresAtMs: number }
export type Clock = () => number

const MAX_ROWS_PER_MODEL = 10_000

export function createMemoryAdapters(now: Clock): (model: string) => Adapter {
  const models = new Map<string, Map<string, Row>>()
  const rowsOf = (model: string) => {
    const rows = models.get(model) ?? new Map<string, Row>()
    models.set(model, rows)
    return rows
  }
  const revokeGrant = (grantId: string) => {
    for (const rows of models.values()) {
      for (const [id, row] of rows) if (row.payload.grantId === grantId) rows.delete(id)
    }
    rowsOf('Grant').delete(grantId)
  }
  return (model) => createAdapter(rowsOf(model), revokeGrant, now)
}

function createAdapter(
  rows: Map<string, Row>,
  revokeGrant: (grantId: string) => void,
  now: Clock,
): Adapter {
  const live = (id: string) => {
    const row = rows.get(id)
    if (row !== undefined && row.expiresAtMs > now()) return row
    rows.delete(id)
    return undefined
  }
  const findBy = (member: 'uid' | 'userCode', value: string) => {
    for (const [id, row] of rows) if (row.payload[member] === value) return live(id)
    return undefined
  }
  return {
    upsert: async (id, payload, expiresInSeconds) => {
      const expiresAtMs = expiresInSeconds ? now() + expiresInSeconds * 1000 : Infinity
      rows.delete(id)
      rows.set(id, { payload: structuredClone(payload), expiresAtMs })
      if (rows.size > MAX_ROWS_PER_MODEL) makeRoom(rows, now())
    },
    find: async (id) => copyOf(live(id)),
    findByUid: async (uid) => copyOf(findBy('uid', uid)),
    findByUserCode: async (userCode) => copyOf(findBy('userCode', userCode)),
    consume: async (id) => {
      const row = live(id)
      // MUST (RFC 9700 §4.5): found unconsumed is not yet won. The loser of a race ends the grant, as reuse does.
      if (row === undefined || row.payload.consumed !== undefined) {
        if (row?.payload.grantId !== undefined) revokeGrant(row.payload.grantId)
        throw new errors.InvalidGrant('already used')
      }
      row.payload.consumed = Math.floor(now() / 1000)
    },
    destroy: async (id) => {
      rows.delete(id)
    },
    revokeByGrantId: async (grantId) => revokeGrant(grantId),
  }
}

// The library changes what it finds: it gets a copy, as from a store.
function copyOf(row: Row | undefined) {
  return row === undefined ? undefined : structuredClone(row.payload)
}

function makeRoom(rows: Map<string, Row>, nowMs: number) {
  for (const [id, row] of rows) if (row.expiresAtMs <= nowMs) rows.delete(id)
  for (const id of rows.keys()) {
    if (rows.size <= MAX_ROWS_PER_MODEL) return
    rows.delete(id)
  }
}
