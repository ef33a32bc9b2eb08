// Every proof that our tree makes up to 130 leaves against a tree that is not ours (golang.org/x/mod/sumdb/tlog).
import { hash } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import {
  consistencyProof,
  inclusionProof,
  rootHash,
  type ReadNode,
} from '../../gateway/src/audit/tree.ts'
import { createTreeFile } from '../../gateway/src/audit/tree-file.ts'
import { buildGo } from '../support/go.ts'

const MOST = 130
const peer = buildGo('test/tree-peer')
afterAll(peer.remove)

const tree = createTreeFile({ append: () => undefined, read: () => undefined })
for (let n = 0; n < MOST; n += 1) tree.add(hash('sha256', `\0leaf ${n}`, 'buffer'))

const base64 = (hashes: readonly Buffer[]): string[] => hashes.map((one) => one.toString('base64'))
function lineOf(size: number, read: ReadNode): string {
  return JSON.stringify({
    size,
    root: rootHash(size, read).toString('base64'),
    inclusion: Array.from({ length: size }, (_, at) => base64(inclusionProof(at, size, read))),
    consistency: Array.from({ length: size }, (_, at) =>
      base64(consistencyProof(at + 1, size, read)),
    ),
  })
}
const lines = Array.from({ length: MOST }, (_, at) => lineOf(at + 1, tree.node))

test('RFC 9162 §2.1.3, §2.1.4: every proof for up to 130 leaves is the one that Go’s sumdb makes', () => {
  const proofs = MOST * (MOST + 1)
  expect(peer.run([], lines.join('\n'))).toEqual({ status: 0, said: `${proofs} proofs\n` })
})

test('a proof that is one hash off is seen', () => {
  const wrong = lineOf(MOST, (level, index) =>
    level === 1 && index === 7 ? Buffer.alloc(32) : tree.node(level, index),
  )
  expect(peer.run([], wrong).status).toBe(1)
})
