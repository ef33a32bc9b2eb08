// Whether one Merkle tree begins with another (RFC 6962 §2.1.2), by the recursion in which the proof is defined: it is
// taken from its end, the outermost hash first.
import { createHash } from 'node:crypto'
import type { Seen } from './witness-state.ts'

export function isExtension(before: Seen, now: Seen, proof: readonly string[]): boolean {
  if (before.size === 0) return proof.length === 0
  if (before.size === now.size) return proof.length === 0 && before.root === now.root
  const left = proof.map((hash) => Buffer.from(hash, 'base64'))
  const formerRoot = Buffer.from(before.root, 'base64')

  const roots = (former: number, size: number, whole: boolean): [Buffer, Buffer] | undefined => {
    if (former === size) {
      const hash = whole ? formerRoot : left.pop()
      return hash && [hash, hash]
    }
    const other = left.pop()
    if (other === undefined) return undefined
    const split = 2 ** Math.floor(Math.log2(size - 1))
    if (former <= split) {
      const inner = roots(former, split, whole)
      return inner && [inner[0], node(inner[1], other)]
    }
    const inner = roots(former - split, size - split, false)
    return inner && [node(other, inner[0]), node(other, inner[1])]
  }
  const computed = roots(before.size, now.size, true)
  return (
    computed !== undefined &&
    left.length === 0 &&
    computed[0].equals(formerRoot) &&
    computed[1].toString('base64') === now.root
  )
}

function node(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest()
}
