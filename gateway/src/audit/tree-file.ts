// The hashes of the tree beside the log, in the order in which they become known: each leaf, and after it every
// whole subtree that it ends, smallest first (the order of Go's sumdb/tlog). So a proof between any two sizes costs a
// few reads, and survives when the records themselves are pruned. Derived: it is written when it is needed, and
// whoever has the records can make it anew.
import { closeSync, openSync, readSync } from 'node:fs'
import { nodeHash, type ReadNode } from './tree.ts'

const HASH_BYTES = 32
const FIRST_BYTES = 64 * 1024

/** Where the hash of a whole subtree lies, counted in hashes. */
export function storedAt(level: number, index: number): number {
  let leaf = (index + 1) * 2 ** level - 1
  let before = 0
  for (; leaf > 0; leaf = Math.floor(leaf / 2)) before += leaf
  return before + level
}

/** The calls of the file system, as a parameter; both throw on failure. */
export type TreeDisk = {
  readonly append: (bytes: Buffer, position: number) => void
  readonly read: (into: Buffer, position: number) => void
}

export type TreeFile = {
  readonly add: (leaf: Buffer) => void
  readonly size: () => number
  /** Bytes that `flush` would write. */
  readonly pending: () => number
  readonly node: ReadNode
  /** Writes what is not written yet. What fails is kept and tried again the next time. */
  readonly flush: () => void
}

export function createTreeFile(disk: TreeDisk): TreeFile {
  /** Roots of the whole subtrees that the leaves are made of, by level; what is behind a gap is stale. */
  const roots: Buffer[] = []
  let size = 0
  let written = 0
  let pending = Buffer.allocUnsafe(FIRST_BYTES)
  let used = 0

  const keep = (hash: Buffer): void => {
    if (used + HASH_BYTES > pending.length) {
      const larger = Buffer.allocUnsafe(2 * pending.length)
      pending.copy(larger, 0, 0, used)
      pending = larger
    }
    hash.copy(pending, used)
    used += HASH_BYTES
  }

  return {
    add: (leaf) => {
      let hash = leaf
      keep(hash)
      let level = 0
      for (let index = size; index % 2 === 1; index = Math.floor(index / 2), level += 1) {
        hash = nodeHash(roots[level] as Buffer, hash)
        keep(hash)
      }
      roots[level] = hash
      size += 1
    },
    size: () => size,
    pending: () => used,
    node: (level, index) => {
      const at = storedAt(level, index) * HASH_BYTES
      const into = Buffer.allocUnsafe(HASH_BYTES)
      if (at >= written) pending.copy(into, 0, at - written, at - written + HASH_BYTES)
      else disk.read(into, at)
      return into
    },
    flush: () => {
      if (used === 0) return
      disk.append(pending.subarray(0, used), written)
      written += used
      used = 0
    },
  }
}

/** Reads a file that is complete for so many leaves. Throws where it is not. */
export function openTree<Result>(
  path: string,
  size: number,
  use: (tree: Pick<TreeFile, 'size' | 'node'>) => Result,
): Result {
  const fd = openSync(path, 'r')
  try {
    const node: ReadNode = (level, index) => {
      const into = Buffer.alloc(HASH_BYTES)
      const read = readSync(fd, into, 0, HASH_BYTES, storedAt(level, index) * HASH_BYTES)
      if (read < HASH_BYTES) throw new Error(`\`${path}\` lacks hashes`)
      return into
    }
    return use({ size: () => size, node })
  } finally {
    closeSync(fd)
  }
}
