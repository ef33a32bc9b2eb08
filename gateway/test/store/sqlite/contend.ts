// Takes and inserts the same rows as another process does at the same time, and counts what it got.
import type { Store } from '../../../src/store/store.ts'

export type Contest = { readonly consumed: number; readonly inserted: number }

/** Rows of one round, so that two processes that go round by round are after the same ones. */
export async function contend(store: Store, round: number, rows: number): Promise<Contest> {
  const got = await Promise.all(
    Array.from({ length: rows }, async (_, n) => ({
      consumed: (await store.consumeOnce('pin', `c${round}-${n}`)) !== undefined,
      inserted: await store.insertIfAbsent({ kind: 'pin', id: `i${round}-${n}`, value: '1' }),
    })),
  )
  return {
    consumed: got.filter(({ consumed }) => consumed).length,
    inserted: got.filter(({ inserted }) => inserted).length,
  }
}
