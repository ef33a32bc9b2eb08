// Operator file: whole segments that are old enough are removed (policy-audit §2.4, retention). What their proofs need
// stays: the hashes of their records, and checkpoints over them. A segment goes only when a checkpoint covers all of it
// and the hashes that are left lead to that checkpoint's root, and when every sink has all of it; the segment that is
// being written never goes. That it went by order is signed first, so that it is not taken for removed.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { readCheckpoints, type SignedCheckpoint } from './checkpoint.ts'
import { recordIn } from './line.ts'
import { logNames, pathsOf, segmentPaths, syncFolder } from './log-folder.ts'
import { noteText, type Note } from './note.ts'
import type { PruneStatement } from './prune-statement.ts'
import { readProgress } from './publish/progress.ts'
import { createSignerClient } from './publish/signer-client.ts'
import { readLines } from './read-lines.ts'
import { replace } from './signer/keys.ts'
import { createGrowingTree } from './verify/growing-tree.ts'
import { prunedLeaves } from './verify/pruned.ts'
import { createTrust, logOf } from './verify/trust.ts'

export type Prunable = {
  readonly log: string
  readonly file: string
  readonly records: number
  /** Records of the log up to its end. */
  readonly end: number
  /** Of its last record, ISO 8601. */
  readonly until: string
}

export type PruneReport = {
  /** Removed, or to be removed. */
  readonly segments: readonly Prunable[]
  /** Old enough, and why they stay. */
  readonly kept: readonly { readonly file: string; readonly why: string }[]
}

/** What would go of everything before this time. `sinks`: ids of those that count; absent: all that the logs name. */
export async function planPrune(
  folder: string,
  beforeMs: number,
  sinks?: readonly string[],
): Promise<PruneReport> {
  const segments: Prunable[] = []
  const kept: { file: string; why: string }[] = []
  for (const log of logNames(folder)) {
    const old = await oldSegments(folder, log, beforeMs)
    if (old.length === 0) continue
    const covered = await coveredByHashes(folder, log)
    const lacking = lackingSink(folder, log, sinks)
    for (const segment of old) {
      const last = segment.end - 1
      const why =
        last < covered ? lacking(last) : covered === 0 ? UNCOVERED : coveredUpTo(covered, last)
      if (why === undefined) {
        segments.push(segment)
        continue
      }
      kept.push({ file: segment.file, why })
      break
    }
  }
  return { segments, kept }
}

const UNCOVERED = 'no checkpoint covers it, or the hashes beside the log do not lead to one'

function coveredUpTo(covered: number, last: number): string {
  return `checkpoints cover the log up to record ${covered - 1}, and it ends with ${last}`
}

/** Why a segment that ends with record `last` is still needed by a sink; `undefined`: it is not. */
function lackingSink(
  folder: string,
  log: string,
  ids: readonly string[] | undefined,
): (last: number) => string | undefined {
  // Without this file everybody has everything.
  if (!existsSync(pathsOf(folder, log).progress)) return () => undefined
  const { sinks } = readProgress(folder, log)
  const [least] = (ids ?? Object.keys(sinks))
    .map((id) => ({ id, has: sinks[id] ?? 0 }))
    .toSorted((one, other) => one.has - other.has)
  return (last) => {
    if (least === undefined || last < least.has) return undefined
    const has = least.has === 0 ? 'nothing of it' : `it up to record ${least.has - 1}`
    return `sink \`${least.id}\` has ${has}, and it ends with ${last}`
  }
}

/** A signed note that so many records of the log of this origin may go. Rejects in words. */
export type SignPrune = (order: Omit<PruneStatement, 'time'>) => Promise<Note>

export function askSigner(socket: string): SignPrune {
  return createSignerClient(socket).prune
}

/** Removes what was planned, once the signer has said for every log that it may go. Rejects in words. */
export async function prune(
  folder: string,
  segments: readonly Prunable[],
  sign: SignPrune,
): Promise<void> {
  const ends = new Map(segments.map(({ log, end }) => [log, end]))
  for (const [log, until] of ends) {
    const signed = await newestCheckpoint(folder, log)
    if (signed === undefined) throw new Error(`no checkpoint covers the log ${log}`)
    const note = await sign({ origin: signed.origin, until })
    const path = pathsOf(folder, log).pruned
    const former = existsSync(path) ? readFileSync(path, 'utf8') : ''
    replace(path, `${former}${noteText(note)}\n`)
  }
  removeSegments(folder, segments)
}

/** Oldest first, so that a log that is cut short in the middle of this still begins with a whole segment. */
function removeSegments(folder: string, segments: readonly Prunable[]): void {
  for (const { log, file } of segments) {
    const path = segmentPaths(folder, log).find((one) => basename(one) === file)
    if (path === undefined) continue
    // Nobody is in a log any more of which no record is left. First: without records nobody looks for a side file.
    if (segmentPaths(folder, log).length === 1) removePersonal(folder, log)
    rmSync(path.replace(/\.jsonl$/, '.index'), { force: true })
    rmSync(path)
    syncFolder(folder)
  }
}

/** The side file, and what may be left of rewriting it. */
function removePersonal(folder: string, log: string): void {
  const { personal, erasing } = pathsOf(folder, log)
  for (const path of [personal, erasing]) {
    rmSync(path, { force: true })
    rmSync(`${path}.next`, { force: true })
  }
  syncFolder(folder)
}

/** Segments at the front whose last record is older; the one that is being written is none of them. */
async function oldSegments(
  folder: string,
  log: string,
  beforeMs: number,
): Promise<readonly Prunable[]> {
  const { lock } = pathsOf(folder, log)
  const segments = segmentPaths(folder, log)
  const closed = existsSync(lock) ? segments.slice(0, -1) : segments
  const old: Prunable[] = []
  for (const segment of closed) {
    const found = await endOf(segment)
    if (found === undefined || !(Date.parse(found.time) < beforeMs)) break
    const { time, sequence, records } = found
    old.push({ log, file: basename(segment), records, end: sequence + 1, until: time })
  }
  return old
}

async function endOf(
  segment: string,
): Promise<
  { readonly time: string; readonly sequence: number; readonly records: number } | undefined
> {
  let last: Buffer | undefined
  let records = 0
  for await (const lines of readLines(segment)) {
    for (const { bytes } of lines) {
      // A line that is none is not removed: somebody has to look at it.
      const record = recordIn(bytes)
      if (typeof record === 'string') return undefined
      records += 1
      last = record
    }
    if (last !== undefined) last = Buffer.from(last)
  }
  if (last === undefined) return undefined
  return { ...(JSON.parse(last.toString()) as { time: string; sequence: number }), records }
}

/** So many records are covered by a checkpoint to which the leaves in the file of hashes lead. */
async function coveredByHashes(folder: string, log: string): Promise<number> {
  const { tree } = pathsOf(folder, log)
  const newest = await newestCheckpoint(folder, log)
  if (newest === undefined) return 0
  const growing = createGrowingTree()
  for await (const leaf of prunedLeaves(tree, newest.size)) growing.add(leaf)
  return growing.size() === newest.size && growing.root().equals(newest.root) ? newest.size : 0
}

async function newestCheckpoint(
  folder: string,
  log: string,
): Promise<SignedCheckpoint | undefined> {
  const trust = createTrust(folder, [])
  return (await readCheckpoints(pathsOf(folder, log).checkpoints)).findLast(
    (one) => one !== undefined && logOf(one) === log && trust.isTrusted(one),
  )
}
