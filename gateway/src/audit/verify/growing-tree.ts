// The tree over a log as it grows from leaf to leaf, for whoever reads the log from its start: no more is kept than the
// roots of the whole subtrees (RFC 6962 §2.1).
import { hash } from 'node:crypto'
import { nodeHash } from '../tree.ts'

export type GrowingTree = {
  readonly add: (leaf: Buffer) => void
  readonly size: () => number
  readonly root: () => Buffer
}

export function createGrowingTree(): GrowingTree {
  /** By level; `undefined` where the size has no bit. */
  const roots: (Buffer | undefined)[] = []
  let size = 0
  return {
    add: (leaf) => {
      let whole = leaf
      let level = 0
      for (let left = roots[0]; left !== undefined; left = roots[level]) {
        whole = nodeHash(left, whole)
        roots[level] = undefined
        level += 1
      }
      roots[level] = whole
      size += 1
    },
    size: () => size,
    root: () =>
      roots.reduce<Buffer | undefined>(
        (right, left) => (left && right ? nodeHash(left, right) : (left ?? right)),
        undefined,
      ) ?? hash('sha256', '', 'buffer'),
  }
}
