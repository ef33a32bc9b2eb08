// What is asked of the tree over a log: its head, and the way there from a smaller one. The writer is asked with a
// frame (channel.ts), so that the answer is about all records that were put before the question.
import type { Frame } from './frames.ts'
import { consistencyProof, rootHash, type Head, type ReadNode } from './tree.ts'

export type TreeQuestion = {
  /** The tree of this size; 0: of all records that are written. */
  readonly size: number
  /** The size to prove the way from. */
  readonly from: number
}

export type TreeAnswer = Head & {
  /** None from a size that the tree does not have. */
  readonly proof: readonly Buffer[] | undefined
}

/** Throws where the hashes cannot be read. */
export function answerOf(
  tree: { readonly size: () => number; readonly node: ReadNode },
  { size, from }: TreeQuestion,
): TreeAnswer {
  const whole = size === 0 || size > tree.size() ? tree.size() : size
  return {
    size: whole,
    root: rootHash(whole, tree.node),
    proof: from > whole ? undefined : consistencyProof(from, whole, tree.node),
  }
}

/** Numbers of the frame. */
export function treeNumbers({ size, from }: TreeQuestion): readonly number[] {
  return [size, from]
}

export function treeQuestion(frame: Frame): TreeQuestion {
  return { size: frame.number(0), from: frame.number(1) }
}

/** Between threads a buffer becomes plain bytes. */
export function revived({ size, root, proof }: TreeAnswer): TreeAnswer {
  return { size, root: Buffer.from(root), proof: proof?.map((hash) => Buffer.from(hash)) }
}
