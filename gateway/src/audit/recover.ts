// What a former process left behind (F-14, F-15). Only logs whose hold can be taken: their owner is gone, however
// it ended. What follows the last verifiable record is moved into a `.torn` file; intents that have no outcome
// anywhere are returned, to be given one. Lines before that record are never touched, good or bad.
import {
  createReadStream,
  createWriteStream,
  existsSync,
  rmSync,
  statSync,
  truncateSync,
  renameSync,
} from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { recordIn } from './line.ts'
import {
  openNames,
  pathsOf,
  segmentPaths,
  syncFolder,
  type Hold,
  type TakeHold,
} from './log-folder.ts'
import { readLines } from './read-lines.ts'

export type Orphan = {
  readonly instance: string
  readonly sequence: number
  readonly requestId: string
}

export type Recovered = {
  readonly name: string
  /** Bytes that were moved into the `.torn` file. */
  readonly tornBytes: number
  /** Lines before the last verifiable record that are none. */
  readonly badLines: number
  readonly orphans: readonly Orphan[]
  /** What had to be recorded is recorded: nobody recovers this log again. */
  readonly done: () => void
}

type Scan = {
  /** Of the segments up to the one with the last verifiable record, and where it ends there. */
  readonly goodSegments: number
  readonly goodEnd: number
  readonly lastLineEnded: boolean
  readonly badLines: number
  readonly intents: readonly Orphan[]
  readonly outcomes: ReadonlySet<string>
}

export async function recoverFormer(
  folder: string,
  own: string,
  takeHold: TakeHold,
): Promise<readonly Recovered[]> {
  const found: { name: string; hold: Hold; scan: Scan; tornBytes: number }[] = []
  for (const name of openNames(folder)) {
    if (name === own) continue
    const { lock, personal, torn, erasing } = pathsOf(folder, name)
    const hold = takeHold(lock, 'existing')
    if (hold === undefined) continue
    // Its owner is between taking the hold and making the file.
    const segments = segmentPaths(folder, name)
    if (segments.length === 0) {
      hold.release()
      continue
    }
    const scan = await scanLog(segments)
    const tornBytes = await moveTail(segments, torn, scan)
    const last = segments[scan.goodSegments - 1]
    if (last !== undefined && !scan.lastLineEnded) await appendFile(last, '\n')
    // It died while somebody was taken out of the side file.
    if (existsSync(erasing)) renameSync(erasing, personal)
    for (const half of [`${erasing}.next`, `${personal}.next`]) rmSync(half, { force: true })
    if (existsSync(personal)) await cutPersonal(personal)
    syncFolder(folder)
    found.push({ name, hold, scan, tornBytes })
  }
  // A process that died while it closed orphans has closed some in a log of its own.
  const closed = new Set(found.flatMap(({ scan }) => [...scan.outcomes]))
  return found.map(({ name, hold, scan, tornBytes }) => ({
    name,
    tornBytes,
    badLines: scan.badLines,
    orphans: scan.intents.filter((intent) => !closed.has(idOf(intent.instance, intent.sequence))),
    done: () => {
      rmSync(pathsOf(folder, name).lock)
      hold.release()
    },
  }))
}

async function scanLog(segments: readonly string[]): Promise<Scan> {
  const intents: Orphan[] = []
  const outcomes = new Set<string>()
  // The first segment stays where nothing in it is good: a log has at least one.
  let goodSegments = 1
  let goodEnd = 0
  let lastLineEnded = true
  let bad = 0
  let badBeforeGood = 0
  for (const [at, path] of segments.entries()) {
    for await (const lines of readLines(path)) {
      for (const { bytes, end, ended } of lines) {
        const record = recordIn(bytes)
        if (typeof record === 'string') {
          bad += 1
          continue
        }
        goodSegments = at + 1
        goodEnd = end
        lastLineEnded = ended
        badBeforeGood = bad
        note(JSON.parse(record.toString()) as Partial<Noted>, intents, outcomes)
      }
    }
  }
  return { goodSegments, goodEnd, lastLineEnded, badLines: badBeforeGood, intents, outcomes }
}

type Noted = {
  readonly kind: string
  readonly instance: string
  readonly sequence: number
  readonly requestId: string
  readonly intent: { readonly instance: string; readonly sequence: number }
}

function note(record: Partial<Noted>, intents: Orphan[], outcomes: Set<string>): void {
  const { kind, instance = '', sequence = -1, requestId = '', intent } = record
  if (kind === 'intent') intents.push({ instance, sequence, requestId })
  if (kind === 'outcome' && intent) outcomes.add(idOf(intent.instance, intent.sequence))
}

function idOf(instance: string, sequence: number): string {
  return `${instance}:${sequence}`
}

/** Everything behind the last verifiable record. It is on the disk in its new place before it leaves the old one. */
async function moveTail(
  segments: readonly string[],
  torn: string,
  { goodSegments, goodEnd }: Scan,
): Promise<number> {
  let moved = 0
  for (const [at, path] of segments.entries()) {
    if (at < goodSegments - 1) continue
    const from = at === goodSegments - 1 ? goodEnd : 0
    const { size } = statSync(path)
    if (size > from) {
      await pipeline(
        createReadStream(path, { start: from }),
        createWriteStream(torn, { flags: 'a', mode: 0o600, flush: true }),
      )
      moved += size - from
    }
    if (at >= goodSegments) rmSync(path)
    else if (size > from) truncateSync(path, from)
  }
  return moved
}

/** Half a line of the side file is half a salt or half a value: of no use, and personal. */
async function cutPersonal(path: string): Promise<void> {
  let goodEnd = 0
  let size = 0
  for await (const lines of readLines(path)) {
    for (const { bytes, end, ended } of lines) {
      size = end
      if (ended && isJson(bytes)) goodEnd = end
    }
  }
  if (goodEnd < size) truncateSync(path, goodEnd)
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString())
    return true
  } catch {
    return false
  }
}
