// The Merkle tree of RFC 6962 §2.1: root, proofs of inclusion and of consistency, and their checks (RFC 9162 §2.1.3,
// §2.1.4). Pure: where the hashes of whole subtrees lie is the caller's matter (tree-file.ts).
import { hash } from 'node:crypto'

/** The hash over leaves `index · 2^level` to before `(index + 1) · 2^level`, a whole subtree. */
export type ReadNode = (level: number, index: number) => Buffer

const HASH_BYTES = 32

/** The hash of the tree's first `size` leaves. */
export function rootHash(size: number, read: ReadNode): Buffer {
  return size === 0 ? hash('sha256', '', 'buffer') : rangeHash(0, size, read)
}

/** RFC 6962 §2.1.1: that leaf `index` is in the tree of `size` leaves. */
export function inclusionProof(index: number, size: number, read: ReadNode): readonly Buffer[] {
  const path = (start: number, end: number): readonly Buffer[] => {
    if (end - start === 1) return []
    const middle = start + splitOf(end - start)
    return index < middle
      ? [...path(start, middle), rangeHash(middle, end, read)]
      : [...path(middle, end), rangeHash(start, middle, read)]
  }
  return path(0, size)
}

/** RFC 6962 §2.1.2: that the tree of `size` leaves begins with the one of `former` leaves. */
export function consistencyProof(former: number, size: number, read: ReadNode): readonly Buffer[] {
  if (former === 0) return []
  const path = (start: number, end: number, isFormerTree: boolean): readonly Buffer[] => {
    if (former === end) return isFormerTree ? [] : [rangeHash(start, end, read)]
    const middle = start + splitOf(end - start)
    return former <= middle
      ? [...path(start, middle, isFormerTree), rangeHash(middle, end, read)]
      : [...path(middle, end, false), rangeHash(start, middle, read)]
  }
  return path(0, size, true)
}

/** RFC 9162 §2.1.3.2. */
export function includes(
  { index, size, leaf, root }: { index: number; size: number; leaf: Buffer; root: Buffer },
  proof: readonly Buffer[],
): boolean {
  if (index >= size) return false
  let node = index
  let last = size - 1
  let hashed = leaf
  for (const other of proof) {
    if (last === 0) return false
    if (isOdd(node) || node === last) {
      hashed = nodeHash(other, hashed)
      while (!isOdd(node) && node !== 0) {
        node = half(node)
        last = half(last)
      }
    } else {
      hashed = nodeHash(hashed, other)
    }
    node = half(node)
    last = half(last)
  }
  return last === 0 && hashed.equals(root)
}

export type Head = { readonly size: number; readonly root: Buffer }

/** RFC 9162 §2.1.4.2. Everything begins with the empty tree. */
export function isConsistent(former: Head, now: Head, proof: readonly Buffer[]): boolean {
  if (former.size > now.size) return false
  if (former.size === now.size) return proof.length === 0 && former.root.equals(now.root)
  if (former.size === 0) return proof.length === 0
  const path = isPowerOfTwo(former.size) ? [former.root, ...proof] : proof
  let node = former.size - 1
  let last = now.size - 1
  while (isOdd(node)) {
    node = half(node)
    last = half(last)
  }
  const [first, ...rest] = path
  if (first === undefined) return false
  let formerHash = first
  let nowHash = first
  for (const other of rest) {
    if (last === 0) return false
    if (isOdd(node) || node === last) {
      formerHash = nodeHash(other, formerHash)
      nowHash = nodeHash(other, nowHash)
      while (!isOdd(node) && node !== 0) {
        node = half(node)
        last = half(last)
      }
    } else {
      nowHash = nodeHash(nowHash, other)
    }
    node = half(node)
    last = half(last)
  }
  return last === 0 && formerHash.equals(former.root) && nowHash.equals(now.root)
}

/** SHA-256 over 0x01 and both halves. */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  scratch.set(left, 1)
  scratch.set(right, 1 + HASH_BYTES)
  // Text and a buffer of the pool cost a quarter of what a buffer out of the hash costs.
  return Buffer.from(hash('sha256', scratch, 'binary'), 'latin1')
}

const scratch = Buffer.alloc(1 + 2 * HASH_BYTES, 1)

/** `start` is a multiple of every whole subtree that the range is made of. */
function rangeHash(start: number, end: number, read: ReadNode): Buffer {
  const size = end - start
  if (isPowerOfTwo(size)) return read(Math.log2(size), start / size)
  const middle = start + splitOf(size)
  return nodeHash(rangeHash(start, middle, read), rangeHash(middle, end, read))
}

/** The largest power of two below it. */
function splitOf(size: number): number {
  let power = 1
  while (power * 2 < size) power *= 2
  return power
}

function isPowerOfTwo(size: number): boolean {
  return size === 1 || splitOf(size) * 2 === size
}

function isOdd(value: number): boolean {
  return value % 2 === 1
}

function half(value: number): number {
  return Math.floor(value / 2)
}
