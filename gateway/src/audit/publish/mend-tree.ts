// The tree file of a log whose process died: made anew from the records. What was pruned is taken from the file, which
// is then all that is left of it.
import { closeSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { readCheckpoints } from '../checkpoint.ts'
import { LEAF_AT, LEAF_LENGTH, recordIn } from '../line.ts'
import { pathsOf, segmentPaths } from '../log-folder.ts'
import { readLines } from '../read-lines.ts'
import { createTreeFile, openTree, type TreeFile } from '../tree-file.ts'

const FLUSH_BYTES = 1024 * 1024

/** Resolves with the number of records. Rejects in words where a line is none: what follows has no place then. */
export async function mendTree(folder: string, name: string): Promise<number> {
  const { tree: path, checkpoints } = pathsOf(folder, name)
  const segments = segmentPaths(folder, name)
  // All of it was pruned: the file is all that is left, and what was signed says how many records there were.
  if (segments.length === 0) {
    const signed = await readCheckpoints(checkpoints)
    return Math.max(0, ...signed.map((checkpoint) => checkpoint?.size ?? 0))
  }
  const next = `${path}.next`
  const fd = openSync(next, 'w+', 0o600)
  try {
    const tree = createTreeFile({
      append: (bytes, position) => {
        for (let from = 0; from < bytes.length;) {
          from += writeSync(fd, bytes, from, bytes.length - from, position + from)
        }
      },
      read: (into, position) => void readSync(fd, into, 0, into.length, position),
    })
    for (const segment of segments) await addSegment(segment, tree, path)
    tree.flush()
    renameSync(next, path)
    return tree.size()
  } finally {
    closeSync(fd)
  }
}

async function addSegment(segment: string, tree: TreeFile, former: string): Promise<void> {
  for await (const lines of readLines(segment)) {
    for (const { bytes, number } of lines) {
      const record = recordIn(bytes)
      if (typeof record === 'string') throw new Error(`\`${segment}\`:${number} is no record`)
      if (tree.size() === 0) addPruned(record, tree, former)
      tree.add(Buffer.from(bytes.toString('latin1', LEAF_AT, LEAF_AT + LEAF_LENGTH), 'base64url'))
    }
    if (tree.pending() >= FLUSH_BYTES) tree.flush()
  }
}

function addPruned(first: Buffer, tree: TreeFile, former: string): void {
  const { sequence } = JSON.parse(first.toString()) as { readonly sequence: number }
  if (sequence === 0) return
  openTree(former, sequence, ({ node }) => {
    for (let leaf = 0; leaf < sequence; leaf += 1) tree.add(node(0, leaf))
  })
}
