// A checkpoint (C2SP tlog-checkpoint): origin, size and root of a tree, signed. And what is said to whoever signs or
// witnesses one (C2SP tlog-witness): the size that it saw last, the proof from there to here, the checkpoint.
import { createReadStream, existsSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parseNote, type Note } from './note.ts'
import type { Head } from './tree.ts'

export type Checkpoint = Head & { readonly origin: string }
export type SignedCheckpoint = Checkpoint & {
  readonly note: Note
}

const ROOT_BYTES = 32
const MAX_PROOF = 63

export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`
}

/** `undefined`: it is none. Lines after the third (extensions) are not ours and refused. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin = '', count = '', hash = '', end, ...more] = text.split('\n')
  const root = Buffer.from(hash, 'base64')
  const good =
    /^[^\s+]+$/.test(origin) &&
    /^(0|[1-9][0-9]{0,15})$/.test(count) &&
    Number.isSafeInteger(Number(count)) &&
    root.length === ROOT_BYTES &&
    root.toString('base64') === hash &&
    end === '' &&
    more.length === 0
  return good ? { origin, size: Number(count), root } : undefined
}

export function parseSignedCheckpoint(text: string): SignedCheckpoint | undefined {
  const note = parseNote(text)
  const checkpoint = note && parseCheckpoint(note.text)
  return checkpoint && { ...checkpoint, note }
}

/**
 * The checkpoints of a file, oldest first, none where there is no file. What is none stands there as `undefined`,
 * but for an unfinished one at the end: that is being written, or was when the process died.
 */
export async function readCheckpoints(
  path: string,
): Promise<readonly (SignedCheckpoint | undefined)[]> {
  return parseCheckpoints(await readText(path))
}

/** Whether the file ends within a checkpoint, or with what is none. */
export async function endsWithinCheckpoint(path: string): Promise<boolean> {
  return piecesOf(await readText(path)).unfinished
}

export function parseCheckpoints(all: string): readonly (SignedCheckpoint | undefined)[] {
  return piecesOf(all).whole.map((piece) => parseSignedCheckpoint(`${piece}\n`))
}

async function readText(path: string): Promise<string> {
  return existsSync(path) ? text(createReadStream(path)) : ''
}

function piecesOf(all: string): {
  readonly whole: readonly string[]
  readonly unfinished: boolean
} {
  const whole = all.split(BETWEEN)
  // Behind the last one is nothing, or the beginning of another.
  const rest = whole.pop() ?? ''
  if (!MAY_BEGIN_A_SIGNATURE.has(rest)) return { whole, unfinished: true }
  const isSigned = whole.length === 0 || whole.at(-1)?.includes(SIGNED) === true
  if (!isSigned) whole.pop()
  return { whole, unfinished: !isSigned || rest !== '' }
}

/** An empty line that is not the one before the signatures. */
const BETWEEN = /\n\n(?!— )/
const SIGNED = '\n\n— '
const MAY_BEGIN_A_SIGNATURE: ReadonlySet<string> = new Set(['', '\ufffd', '—'])

export type Offer = {
  /** The size that is known already, and the proof from there. */
  readonly former: number
  readonly proof: readonly Buffer[]
  /** A checkpoint, signed or not. */
  readonly checkpoint: string
}

export function offerText({ former, proof, checkpoint }: Offer): string {
  const lines = proof.map((hash) => `${hash.toString('base64')}\n`).join('')
  return `old ${former}\n${lines}\n${checkpoint}`
}

export function parseOffer(text: string): Offer | undefined {
  const match = /^old (0|[1-9][0-9]{0,15})\n((?:[A-Za-z0-9+/]{43}=\n)*)\n/.exec(text)
  if (match === null) return undefined
  const [head, former, lines = ''] = match
  const proof = lines.split('\n').slice(0, -1)
  if (proof.length > MAX_PROOF) return undefined
  return {
    former: Number(former),
    proof: proof.map((hash) => Buffer.from(hash, 'base64')),
    checkpoint: text.slice(head.length),
  }
}
