// One log, all its segments, from the first leaf to the last: places, instance, the pairs of intent and outcome, and the
// tree held against the checkpoints. What only several logs together show is verify.ts's.
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { CheckedLines, LineReference } from './check-lines.ts'
import type { CheckThreads } from './check-threads.ts'
import type { Findings } from './findings.ts'
import { createGrowingTree, type GrowingTree } from './growing-tree.ts'
import type { Heads } from './heads.ts'
import type { LogPaths } from '../log-folder.ts'
import type { Pairs } from './pairs.ts'
import { prunedLeaves } from './pruned.ts'
import { createReferences, type References } from './references.ts'

export type LogToVerify = {
  readonly name: string
  readonly paths: LogPaths
  /** In order; the first ones may have been pruned. */
  readonly segments: readonly string[]
  readonly heads: Heads
}

export type LogParts = {
  readonly threads: CheckThreads
  readonly findings: Findings
  readonly pairs: Pairs
  readonly kinds: Map<string, number>
}

export type SegmentRange = {
  readonly file: string
  /** Sequence number of its first record. */
  readonly first: number
}

export type ReadLog = {
  readonly instance: string | undefined
  readonly records: number
  /** Records of which only the hashes are left. */
  readonly pruned: number
  /** In use, or left by a process that died and not recovered yet: its end may still move. */
  readonly open: boolean
  readonly ranges: readonly SegmentRange[]
  /** Sequence number of the last record. */
  readonly last: number
  /** Records about the log itself, in order. */
  readonly notable: readonly string[]
  readonly references: References
  /** Outcomes of intents of other logs. */
  readonly foreign: readonly ForeignOutcome[]
}

export type ForeignOutcome = {
  readonly file: string
  readonly line: number
  readonly intent: LineReference
}

const LEAF_BYTES = 32
export const WITHOUT_INTENT = {
  code: 'outcome_without_intent',
  what: 'its intent is not in the log',
} as const

export async function verifyOneLog(log: LogToVerify, parts: LogParts): Promise<ReadLog> {
  const { segments, heads } = log
  const { find } = parts.findings
  const state = createReading(log, parts)
  for (const [place, segment] of segments.entries()) {
    const file = basename(segment)
    const number = numberOfSegment(segment)
    const before = place === 0 ? number - 1 : numberOfSegment(segments[place - 1] ?? '')
    if (place > 0 && number !== before + 1) {
      const what = `the segment before it is number ${before}`
      find({ code: 'missing_segment', file, what })
    }
    let line = 0
    for await (const checked of parts.threads.check(segment)) {
      if (line === 0) await state.begin(file, number > 1 && place === 0, checked)
      state.take(file, line, checked)
      line += checked.lines
      // The last segment of a log that is in use is being written.
      if (checked.torn && !(state.open && place === segments.length - 1)) {
        find({ code: 'torn_tail', file, line: line + 1, what: 'the file ends within a line' })
      }
    }
  }
  if (segments.length === 0) await state.prunedUntil(heads.covered)
  heads.finish(state.tree.size())
  return state.result()
}

/** The first segment has no number in its name. */
function numberOfSegment(path: string): number {
  return Number(/\.([0-9]+)\.jsonl$/.exec(path)?.[1] ?? 1)
}

function createReading(
  { name, paths, heads }: LogToVerify,
  { findings: { find }, pairs, kinds }: LogParts,
) {
  const open = existsSync(paths.lock)
  const tree: GrowingTree = createGrowingTree()
  const ranges: SegmentRange[] = []
  const notable: string[] = []
  const references = createReferences()
  const foreign: ForeignOutcome[] = []
  let instance: string | undefined
  let isOwn = false
  let records = 0
  let pruned = 0
  let next = 0

  const grow = (leaf: Buffer): void => {
    tree.add(leaf)
    heads.compare(tree)
  }
  const prunedUntil = async (until: number): Promise<void> => {
    for await (const leaf of prunedLeaves(paths.tree, until)) grow(leaf)
    pruned = tree.size()
    next = until
    const file = basename(paths.tree)
    if (pruned < until) {
      const what = `it has the hashes of ${pruned} of ${until} records that were pruned`
      find({ code: 'missing_hashes', file, what })
    } else if (until > heads.covered) {
      const what = `${until} records were pruned, and checkpoints cover ${heads.covered}`
      find({ code: 'missing_hashes', file, what })
    }
  }

  return {
    open,
    tree,
    prunedUntil,
    begin: async (file: string, wasPruned: boolean, checked: CheckedLines): Promise<void> => {
      const first = checked.sequences.find((sequence) => sequence >= 0) ?? -1
      if (wasPruned && first > 0) await prunedUntil(first)
      ranges.push({ file, first: next })
    },
    take: (file: string, line: number, checked: CheckedLines): void => {
      pairs.read(checked.lines)
      for (const { line: at, ...finding } of checked.findings) {
        find({ ...finding, file, line: line + at + 1 })
      }
      let of = 0
      for (let at = 0; at < checked.lines; at += 1) {
        const leaf = at * LEAF_BYTES
        grow(Buffer.from(checked.leaves.buffer, leaf, LEAF_BYTES))
        const sequence = checked.sequences[at] ?? -1
        if (sequence < 0) {
          next += 1
          continue
        }
        records += 1
        if (sequence !== next) {
          const what = `record ${sequence} stands where ${next} belongs`
          find({ code: 'sequence', file, line: line + at + 1, what })
        }
        next = sequence + 1
        while (of + 1 < checked.instances.length && (checked.instances[of + 1]?.line ?? 0) <= at) {
          of += 1
        }
        const found = checked.instances[of]?.instance ?? ''
        instance ??= found
        isOwn ||= name.endsWith(`-${instance.slice(0, 12)}`)
        if (found !== instance || !isOwn) {
          const what = `it is a record of \`${found}\``
          find({ code: 'instance', file, line: line + at + 1, what })
        }
      }
      if (instance === undefined) return
      const own = pairs.of(instance)
      for (const { line: at, text } of checked.people) {
        references.add(checked.sequences[at] ?? 0, text)
      }
      for (const at of checked.intents) own.intent(checked.sequences[at] ?? 0)
      for (const { line: at, intent } of checked.outcomes) {
        const of = pairs.of(intent.instance)
        const where = { file, line: line + at + 1 }
        if (!of.outcome(intent.sequence)) {
          const what = `intent ${intent.sequence} has one already`
          find({ ...where, code: 'second_outcome', what })
        }
        if (intent.instance !== instance) foreign.push({ ...where, intent })
        else if (intent.sequence >= pruned && !of.hasIntent(intent.sequence)) {
          find({ ...where, ...WITHOUT_INTENT })
        }
      }
      for (const [kind, count] of Object.entries(checked.kinds)) {
        kinds.set(kind, (kinds.get(kind) ?? 0) + count)
      }
      notable.push(...checked.notable)
    },
    result: (): ReadLog => ({
      instance,
      records,
      pruned,
      open,
      ranges,
      last: next - 1,
      notable,
      references,
      foreign,
    }),
  }
}
