import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createTreeFile, storedAt } from '../../src/audit/tree-file.ts'
import {
  consistencyProof,
  includes,
  inclusionProof,
  isConsistent,
  nodeHash,
  rootHash,
} from '../../src/audit/tree.ts'

/** Inputs and roots of the reference tree that the implementations of RFC 6962 share. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

const leafOf = (bytes: Buffer): Buffer =>
  hash('sha256', Buffer.concat([Buffer.of(0), bytes]), 'buffer')

/** A tree over so many leaves, in memory, flushed every third leaf. */
function treeOf(leaves: readonly Buffer[]) {
  let file = Buffer.alloc(0)
  const tree = createTreeFile({
    append: (bytes, position) => {
      expect(position).toBe(file.length)
      file = Buffer.concat([file, bytes])
    },
    read: (into, position) => void file.copy(into, 0, position),
  })
  for (const [at, leaf] of leaves.entries()) {
    tree.add(leaf)
    if (at % 3 === 0) tree.flush()
  }
  return { ...tree, bytes: () => file }
}

/** RFC 6962 §2.1 as it is written there. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves
  if (only === undefined) return hash('sha256', '', 'buffer')
  if (leaves.length === 1) return only
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)))
}

const some = Array.from({ length: 130 }, (_, at) => leafOf(Buffer.from(`leaf ${at}`)))
const whole = treeOf(some)
const roots = Array.from({ length: 131 }, (_, size) => rootOf(some.slice(0, size)))
const root = (size: number) => roots[size] as Buffer

describe('policy-audit §2.3, RFC 6962 §2.1: the tree', () => {
  test('has the roots of the reference tree', () => {
    const reference = LEAVES.map((text) => leafOf(Buffer.from(text, 'hex')))
    const { node } = treeOf(reference)
    expect(ROOTS.map((_, size) => rootHash(size, node).toString('hex'))).toEqual(ROOTS)
  })

  test('every leaf of every tree up to 130 leaves is included, and no other leaf in its place', () => {
    for (let size = 1; size <= 130; size++) {
      expect(rootHash(size, whole.node)).toEqual(root(size))
      for (let index = 0; index < size; index++) {
        const proof = inclusionProof(index, size, whole.node)
        const leaf = some[index] as Buffer
        expect(includes({ index, size, leaf, root: root(size) }, proof)).toBe(true)
        const other = some[(index + 1) % 130] as Buffer
        expect(includes({ index, size, leaf: other, root: root(size) }, proof)).toBe(false)
      }
    }
  })

  test('a proof of inclusion that is longer, shorter or for another place proves nothing', () => {
    const proof = inclusionProof(5, 11, whole.node)
    const claim = { index: 5, size: 11, leaf: some[5] as Buffer, root: root(11) }
    expect(includes(claim, proof)).toBe(true)
    expect(includes(claim, proof.slice(1))).toBe(false)
    expect(includes(claim, [...proof, some[0] as Buffer])).toBe(false)
    expect(includes({ ...claim, index: 4 }, proof)).toBe(false)
    expect(includes({ ...claim, index: 11 }, proof)).toBe(false)
    expect(includes({ ...claim, size: 8 }, proof)).toBe(false)
  })

  test('every two trees up to 130 leaves are consistent, and no other root in their place', () => {
    for (let size = 0; size <= 130; size++) {
      for (let former = 0; former <= size; former++) {
        const proof = consistencyProof(former, size, whole.node)
        const [before, now] = [
          { size: former, root: root(former) },
          { size, root: root(size) },
        ]
        expect(isConsistent(before, now, proof)).toBe(true)
        if (former === 0) continue
        const forged = { size: former, root: root(former - 1) }
        expect(isConsistent(forged, now, proof)).toBe(false)
      }
    }
  })

  test('a proof of consistency that is longer, shorter or backwards proves nothing', () => {
    const [before, now] = [
      { size: 6, root: root(6) },
      { size: 11, root: root(11) },
    ]
    const proof = consistencyProof(6, 11, whole.node)
    expect(isConsistent(before, now, proof)).toBe(true)
    expect(isConsistent(before, now, proof.slice(1))).toBe(false)
    expect(isConsistent(before, now, [...proof, some[0] as Buffer])).toBe(false)
    expect(isConsistent(before, now, [])).toBe(false)
    expect(isConsistent(now, before, proof)).toBe(false)
  })

  test('its file holds each leaf, and after it every whole subtree that it ends', () => {
    const tree = treeOf(some.slice(0, 8))
    tree.flush()
    expect(tree.bytes().length / 32).toBe(15)
    expect([storedAt(0, 0), storedAt(0, 1), storedAt(1, 0), storedAt(0, 2)]).toEqual([0, 1, 2, 3])
    expect([storedAt(1, 1), storedAt(2, 0), storedAt(3, 0)]).toEqual([5, 6, 14])
    const at = storedAt(2, 1) * 32
    expect(tree.bytes().subarray(at, at + 32)).toEqual(rootOf(some.slice(4, 8)))
  })
})
