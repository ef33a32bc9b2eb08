// Records that were pruned, as the leaves that are left of them in the file of hashes. They are believed only because
// the tree over them has the root that a checkpoint signed.
import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { storedAt } from '../tree-file.ts'

const HASH_BYTES = 32
const LEAVES_AT_ONCE = 8192

/** The leaves before `until`; ends early where the file does. */
export async function* prunedLeaves(treePath: string, until: number): AsyncGenerator<Buffer> {
  if (!existsSync(treePath)) return
  const file = await open(treePath, 'r')
  try {
    for (let first = 0; first < until; first += LEAVES_AT_ONCE) {
      const last = Math.min(until, first + LEAVES_AT_ONCE) - 1
      const from = storedAt(0, first)
      const bytes = Buffer.allocUnsafe((storedAt(0, last) - from + 1) * HASH_BYTES)
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from * HASH_BYTES)
      for (let index = first; index <= last; index += 1) {
        const at = (storedAt(0, index) - from) * HASH_BYTES
        if (at + HASH_BYTES > bytesRead) return
        yield Buffer.from(bytes.subarray(at, at + HASH_BYTES))
      }
    }
  } finally {
    await file.close()
  }
}
