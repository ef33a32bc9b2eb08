// That records at the front of a log were removed by order (docs/audit-format.md, Pruned records): a note by the signer,
// in a file beside the log, on the disk before the first of them goes. So whoever verifies tells pruned from removed.
import { createReadStream, existsSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parseNote, type Note } from './note.ts'

export type PruneStatement = {
  readonly origin: string
  /** So many records may be gone. */
  readonly until: number
  /** RFC 3339, UTC: the signer's clock. */
  readonly time: string
}
export type SignedPrune = PruneStatement & { readonly note: Note }

/** With a space, so that it is no origin, and no statement is ever a checkpoint. */
const WHAT = 'sallyport/audit prune'

export function pruneText({ origin, until, time }: PruneStatement): string {
  return `${WHAT}\n${origin}\n${until}\n${time}\n`
}

/** What the signer is asked for. */
export function pruneOrderText({ origin, until }: Omit<PruneStatement, 'time'>): string {
  return `${origin}\n${until}\n`
}

export function parsePruneOrder(order: string): Omit<PruneStatement, 'time'> | undefined {
  const [, origin = '', until] = /^([^\s+]+)\n(0|[1-9][0-9]{0,14})\n$/.exec(order) ?? []
  return until === undefined ? undefined : { origin, until: Number(until) }
}

export function parseSignedPrune(signed: string): SignedPrune | undefined {
  const note = parseNote(signed)
  const [what, origin, until, time = '', ...rest] = note?.text.split('\n') ?? []
  const order = parsePruneOrder(`${origin}\n${until}\n`)
  if (note === undefined || order === undefined) return undefined
  if (what !== WHAT || Number.isNaN(Date.parse(time)) || rest.join() !== '') return undefined
  return { ...order, time, note }
}

/** Those beside a log; what is none is `undefined`. An unfinished one at the end was being written: nothing went by it. */
export async function readPruneStatements(
  path: string,
): Promise<readonly (SignedPrune | undefined)[]> {
  if (!existsSync(path)) return []
  const pieces = (await text(createReadStream(path))).split(/\n\n(?!— )/)
  pieces.pop()
  return pieces.map((piece) => parseSignedPrune(`${piece}\n`))
}
