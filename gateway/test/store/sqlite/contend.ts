// Takes and inserts the same rows as another process does at the same time, and counts what it got.
import type { Store } from '../../../src/store/store.ts'

export type Contest = { readonly consumed: number; readonly inserted: number }

export async function contend(store: Store, rows: number): Promise<Contest> {
  let consumed = 0
  let inserted = 0
  for (let n = 0; n < rows; n += 1) {
    if ((await store.consumeOnce('pin', `c${n}`)) !== undefined) consumed += 1
    if (await store.insertIfAbsent({ kind: 'pin', id: `i${n}`, value: '1' })) inserted += 1
  }
  return { consumed, inserted }
}
