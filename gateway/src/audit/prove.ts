// Operator file: proofs that somebody can check without us (docs/audit-format.md, Proofs): that a record is in the log
// (C2SP tlog-proof@v1, with the record beside it), and that a checkpoint continues one that was kept. The hashes come
// from the file beside the log; where they do not lead to the checkpoint they are made anew from the records.
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import {
  offerText,
  parseSignedCheckpoint,
  readCheckpoints,
  type SignedCheckpoint,
} from './checkpoint.ts'
import { LEAF_AT, LEAF_LENGTH, recordIn } from './line.ts'
import { pathsOf, segmentPaths } from './log-folder.ts'
import { noteText } from './note.ts'
import type { Position } from './position.ts'
import { readLines } from './read-lines.ts'
import { createTreeFile, storedAt } from './tree-file.ts'
import { consistencyProof, includes, inclusionProof, isConsistent, type ReadNode } from './tree.ts'
import { createTrust, logOf } from './verify/trust.ts'

const HASH_BYTES = 32

export type Proof = Position & {
  /** In canonical form. */
  readonly record: string
  /** A tlog-proof: the record, the way to the root, the checkpoint. */
  readonly proof: string
}

/** Rejects in words where there is no such record, or no checkpoint covers it. */
export async function proveRecord(folder: string, { log, sequence }: Position): Promise<Proof> {
  const found = await lineOf(folder, log, sequence)
  if (found === undefined) throw new Error(`there is no record ${sequence} in the log ${log}`)
  const checkpoint = (await checkpointsOf(folder, log)).findLast(({ size }) => size > sequence)
  if (checkpoint === undefined) {
    throw new Error(`no checkpoint covers record ${sequence} of the log ${log} yet`)
  }
  const { size, root, note } = checkpoint
  const leaf = found.leaf
  const proof = await withTree(folder, log, (node) => {
    const way = inclusionProof(sequence, size, node)
    return includes({ index: sequence, size, leaf, root }, way) ? way : undefined
  })
  if (proof === undefined) {
    throw new Error(
      `record ${sequence} of the log ${log} is not the one under the checkpoint of size ${size}: run \`sallyport audit verify\``,
    )
  }
  const record = found.record.toString()
  const lines = [
    'c2sp.org/tlog-proof@v1',
    `extra ${found.record.toString('base64')}`,
    `index ${sequence}`,
    ...proof.map((hash) => hash.toString('base64')),
  ]
  return { log, sequence, record, proof: `${lines.join('\n')}\n\n${noteText(note)}` }
}

/**
 * The way from a checkpoint that was kept to the newest of its log, as a witness is asked (C2SP tlog-witness).
 * Rejects in words.
 */
export async function proveConsistency(
  folder: string,
  keptText: string,
): Promise<{
  readonly log: string
  readonly from: number
  readonly to: number
  readonly offer: string
}> {
  const kept = parseSignedCheckpoint(`${keptText.trimEnd()}\n`)
  if (kept === undefined) throw new Error('it is no checkpoint')
  const log = logOf(kept)
  const newest = (await checkpointsOf(folder, log)).at(-1)
  if (newest === undefined) throw new Error(`there is no checkpoint of the log ${log}`)
  if (newest.size < kept.size) {
    throw new Error(
      `the newest checkpoint covers ${newest.size} records, the one that was kept ${kept.size}: the log was cut`,
    )
  }
  const proof = await withTree(folder, log, (node) => {
    const way = kept.size === newest.size ? [] : consistencyProof(kept.size, newest.size, node)
    return isConsistent(kept, newest, way) ? way : undefined
  })
  if (proof === undefined) {
    throw new Error(`the log ${log} does not continue the checkpoint of size ${kept.size}`)
  }
  const checkpoint = noteText(newest.note)
  return {
    log,
    from: kept.size,
    to: newest.size,
    offer: offerText({ former: kept.size, proof, checkpoint }),
  }
}

/** Those that are signed by a key that the folder knows; whose key that is, the reader of the proof decides. */
async function checkpointsOf(folder: string, log: string): Promise<readonly SignedCheckpoint[]> {
  const trust = createTrust(folder, [])
  const all = await readCheckpoints(pathsOf(folder, log).checkpoints)
  return all.filter(
    (one): one is SignedCheckpoint =>
      one !== undefined && logOf(one) === log && trust.isTrusted(one),
  )
}

async function lineOf(
  folder: string,
  log: string,
  sequence: number,
): Promise<{ readonly record: Buffer; readonly leaf: Buffer } | undefined> {
  const wanted = Buffer.from(`"sequence":${sequence},`)
  for (const segment of segmentPaths(folder, log)) {
    for await (const lines of readLines(segment)) {
      for (const { bytes } of lines) {
        if (!bytes.includes(wanted)) continue
        const record = recordIn(bytes)
        if (typeof record === 'string') continue
        const parsed = JSON.parse(record.toString()) as { readonly sequence: number }
        if (parsed.sequence === sequence) {
          return { record: Buffer.from(record), leaf: leafIn(bytes) }
        }
      }
    }
  }
  return undefined
}

/** What is made of the hashes in the file, else of those made anew. */
async function withTree<Made>(
  folder: string,
  log: string,
  make: (node: ReadNode) => Made | undefined,
): Promise<Made | undefined> {
  const fromFile = makeFromFile(pathsOf(folder, log).tree, make)
  if (fromFile !== undefined) return fromFile
  const tree = createTreeFile({ append: () => undefined, read: () => undefined })
  for (const segment of segmentPaths(folder, log)) {
    for await (const lines of readLines(segment)) {
      for (const { bytes } of lines) {
        if (typeof recordIn(bytes) !== 'string') tree.add(leafIn(bytes))
      }
    }
  }
  try {
    return make(tree.node)
  } catch {
    return undefined
  }
}

function makeFromFile<Made>(
  path: string,
  make: (node: ReadNode) => Made | undefined,
): Made | undefined {
  if (!existsSync(path)) return undefined
  const fd = openSync(path, 'r')
  try {
    return make((level, index) => {
      const hash = Buffer.alloc(HASH_BYTES)
      const read = readSync(fd, hash, 0, HASH_BYTES, storedAt(level, index) * HASH_BYTES)
      if (read < HASH_BYTES) throw new Error('the hash is not in the file')
      return hash
    })
  } catch {
    return undefined
  } finally {
    closeSync(fd)
  }
}

function leafIn(line: Buffer): Buffer {
  return Buffer.from(line.toString('latin1', LEAF_AT, LEAF_AT + LEAF_LENGTH), 'base64url')
}
