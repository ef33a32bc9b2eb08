// Has the tree of one log signed (policy-audit §2.3): head and proof from the writer, everything up to there on the
// disk, a signature from the signer, the checkpoint in the file beside the log. Calls never wait for any of it.
import { existsSync, statSync, truncateSync } from 'node:fs'
import { checkpointText, readCheckpoints, type SignedCheckpoint } from '../checkpoint.ts'
import { pathsOf } from '../log-folder.ts'
import { noteText, parseSignature, type Note } from '../note.ts'
import { appendNote } from './append-note.ts'
import type { KeyRing, NewKey } from './key-ring.ts'
import type { FollowedLog } from './followed-log.ts'
import type { SignerClient } from './signer-client.ts'

export type Checkpointer = {
  /** The last one; its tree may be smaller than the log by now. */
  readonly last: () => SignedCheckpoint | undefined
  /** Has all records of this moment signed. Rejects in words. */
  readonly sign: () => Promise<void>
  /** Keeps the same checkpoint with what somebody added to it. */
  readonly keep: (note: Note) => Promise<void>
}

export async function createCheckpointer(
  log: FollowedLog,
  parts: {
    readonly signer: SignerClient
    readonly keys: KeyRing
    readonly onKeys: (keys: readonly NewKey[]) => Promise<void>
  },
): Promise<Checkpointer> {
  const { signer, keys } = parts
  const path = pathsOf(log.folder, log.name).checkpoints
  const former = await readCheckpoints(path)
  let last = former.findLast((checkpoint) => checkpoint !== undefined)
  cutUnfinished(path, former)

  let kept: Promise<void> = Promise.resolve()
  const keep = (note: Note): Promise<void> => {
    const mine = kept.then(() => appendNote(path, note))
    kept = mine.catch(() => undefined)
    return mine
  }

  const learn = async (): Promise<void> => {
    const learned = await keys.learn(await signer.keys())
    if (learned.length > 0) await parts.onKeys(learned)
  }

  /** `from`: the size that the signer knows, as far as is known here. */
  const signFrom = async (from: number, again: boolean): Promise<SignedCheckpoint> => {
    const { size, root, proof } = await log.tree({ size: 0, from })
    if (proof === undefined) {
      throw new Error(`the signer has signed ${from} records of this log, and there are ${size}`)
    }
    await log.sync()
    if (keys.name() === '') await learn()
    const origin = `${keys.name()}/${log.name}`
    const checkpoint = { origin, size, root }
    const text = checkpointText(checkpoint)
    const answer = await signer.sign({ former: from, proof, checkpoint: text })
    if ('known' in answer) {
      if (again) throw new Error(`the signer expects another size than ${from}`)
      return signFrom(answer.known, true)
    }
    const signature = parseSignature(answer.line)
    const note: Note = { text, signatures: signature === undefined ? [] : [signature] }
    if (!keys.isSigned(note, origin)) await learn()
    if (!keys.isSigned(note, origin)) throw new Error('the signature of the signer is not good')
    return { ...checkpoint, note }
  }

  return {
    last: () => last,
    sign: async () => {
      const signed = await signFrom(last?.size ?? 0, false)
      if (signed.size <= (last?.size ?? 0)) return
      await keep(signed.note)
      last = signed
    },
    keep,
  }
}

/** What a process left behind that died while it wrote one. */
function cutUnfinished(path: string, whole: readonly (SignedCheckpoint | undefined)[]): void {
  if (!existsSync(path) || whole.includes(undefined)) return
  const size = whole.reduce((sum, one) => sum + (one === undefined ? 0 : bytesOf(one)), 0)
  if (statSync(path).size > size) truncateSync(path, size)
}

function bytesOf({ note }: SignedCheckpoint): number {
  return Buffer.byteLength(noteText(note)) + 1
}
