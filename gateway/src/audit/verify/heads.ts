// What checkpoints say about one log, held against the tree that its records make. All of them agree with one tree, so
// each two of them are consistent; the first one that does not agree is a finding, and what follows it is not repeated.
import type { SignedCheckpoint } from '../checkpoint.ts'
import type { GrowingTree } from './growing-tree.ts'
import { logOf, type Trust } from './trust.ts'

export type HeadFinding = {
  readonly code:
    | 'malformed_checkpoint'
    | 'untrusted_checkpoint'
    | 'checkpoint_order'
    | 'root_mismatch'
    | 'cut_tail'
  /** Where the checkpoint stands. */
  readonly file: string
  readonly what: string
}

/** A file with checkpoints of one log; `undefined` stands for what is none. */
export type HeadsFile = {
  readonly file: string
  readonly checkpoints: readonly (SignedCheckpoint | undefined)[]
}

export type Heads = {
  /** Believed checkpoints. */
  readonly count: number
  /** So many records are covered by the largest of them. */
  readonly covered: number
  /** Looks at the tree at its present size. */
  readonly compare: (tree: GrowingTree) => void
  /** After the last record. */
  readonly finish: (records: number) => void
}

export function createHeads(
  log: string,
  files: readonly HeadsFile[],
  trust: Trust,
  find: (finding: HeadFinding) => void,
): Heads {
  const signed = files.flatMap((file) => believedIn(log, file, trust, find))
  const believed = withoutSuperseded(signed, find)
  const bySize = new Map<number, { checkpoint: SignedCheckpoint; file: string }[]>()
  for (const head of believed) {
    const { size } = head.checkpoint
    bySize.set(size, [...(bySize.get(size) ?? []), head])
  }
  /** In the order in which a tree that grows reaches them. */
  const sizes = [...bySize.keys()].filter((size) => size > 0).toSorted((one, other) => one - other)
  const covered = sizes.at(-1) ?? 0
  let next = 0
  let differs = false

  return {
    count: believed.length,
    covered,
    compare: (tree) => {
      if (tree.size() !== sizes[next]) return
      next += 1
      const heads = bySize.get(tree.size()) ?? []
      if (differs) return
      const root = tree.root()
      const other = heads.find(({ checkpoint }) => !checkpoint.root.equals(root))
      if (other === undefined) return
      differs = true
      const what = `the first ${tree.size()} records are not those that the checkpoint covers`
      find({ code: 'root_mismatch', file: other.file, what })
    },
    finish: (records) => {
      if (covered <= records) return
      const file = bySize.get(covered)?.[0]?.file ?? ''
      const what = `the checkpoint covers ${covered} records, and the log has ${records}`
      find({ code: 'cut_tail', file, what })
    },
  }
}

/** Where a later key signed a smaller tree, the key before it could sign no larger one any more. */
function withoutSuperseded(
  signed: readonly Believed[],
  find: (finding: HeadFinding) => void,
): readonly Believed[] {
  const smallest = new Map<number, number>()
  for (const { rank = -1, checkpoint } of signed) {
    smallest.set(rank, Math.min(checkpoint.size, smallest.get(rank) ?? Infinity))
  }
  return signed.filter(({ checkpoint, rank = Infinity, file }) => {
    const later = [...smallest].filter(([other]) => other > rank)
    if (!later.some(([, size]) => size < checkpoint.size)) return true
    const what = `a checkpoint (size ${checkpoint.size}) is signed by a key that another one had taken the place of`
    find({ code: 'untrusted_checkpoint', file, what })
    return false
  })
}

type Believed = {
  readonly checkpoint: SignedCheckpoint
  readonly file: string
  readonly rank: number | undefined
}

function believedIn(
  log: string,
  { file, checkpoints }: HeadsFile,
  trust: Trust,
  find: (finding: HeadFinding) => void,
): readonly Believed[] {
  const believed: Believed[] = []
  let size = 0
  for (const [place, checkpoint] of checkpoints.entries()) {
    const which = `checkpoint ${place + 1}`
    const signer = checkpoint && trust.signerOf(checkpoint)
    if (checkpoint === undefined) {
      find({ code: 'malformed_checkpoint', file, what: `${which} is none` })
    } else if (signer === undefined) {
      const what = `${which} (size ${checkpoint.size}) is signed by no key that is believed`
      find({ code: 'untrusted_checkpoint', file, what })
    } else if (logOf(checkpoint) !== log) {
      const what = `${which} is one of the log ${logOf(checkpoint)}`
      find({ code: 'untrusted_checkpoint', file, what })
    } else {
      believed.push({ checkpoint, file, rank: signer.rank })
      if (checkpoint.size < size) {
        const what = `${which} has size ${checkpoint.size}, the one before it ${size}`
        find({ code: 'checkpoint_order', file, what })
      }
      size = checkpoint.size
    }
  }
  return believed
}
