// The log of this process: intent → call → outcome (policy-audit §2.1). The request thread hands over raw frames
// (channel.ts); a writer thread makes them canonical, hashes and writes them (writer.ts); this thread asks for the
// fdatasync and knows who waits for what (waiting.ts). Without a durable intent there is no call.
import { withoutAnswer } from '../call/outcome.ts'
import type { Log } from '../observe/log.ts'
import type { Clock } from '../system/clock.ts'
import { randomId } from '../system/ids.ts'
import type { FrameToPut } from './channel.ts'
import { answerOf, type TreeAnswer, type TreeQuestion } from './ask-tree.ts'
import { openLog, pathsOf, type TakeHold } from './log-folder.ts'
import { createFullDisk } from './full-disk.ts'
import { createFrames } from './make-frames.ts'
import type { Erasure } from './personal-lines.ts'
import type { Audit } from './record.ts'
import { recoverFormer, type Recovered } from './recover.ts'
import { createReserve } from './reserve.ts'
import { createSampled } from './sampled.ts'
import { removeLeftCopies } from './side-file-hold.ts'
import { createTail } from './tail.ts'
import { openTree } from './tree-file.ts'
import { unavailable } from './unavailable.ts'
import { startWriting } from './writing.ts'

export type AuditSettings = {
  readonly folder: string
  /** Size and age at which a segment ends. */
  readonly rotateBytes?: number
  readonly rotateHours?: number
  readonly heartbeatSeconds?: number
  /** Disk that is kept for the end; absent: none. */
  readonly reserveBytes?: number
}

/** The log as a file that others follow: what is signed, anchored and sent elsewhere is read from there. */
export type OwnLog = {
  readonly folder: string
  readonly name: string
  /** Records in the kernel. */
  readonly records: () => number
  readonly tree: (question: TreeQuestion) => Promise<TreeAnswer>
  /** Resolves when all records of that moment are on the disk. */
  readonly sync: () => Promise<void>
}

export type LogOfProcess = Audit & {
  readonly own: OwnLog
  /** Takes a person out of the side file; resolves with how many lines went. */
  readonly erase: (erasure: Erasure) => Promise<number>
}

export type AuditParts = {
  readonly clock: Clock
  /** Takes a hold that ends with the process (store/sqlite/take-hold.ts). */
  readonly takeHold: TakeHold
  readonly log: Log
  /** Hears of every change. */
  readonly onHealth: (healthy: boolean) => void
}

const DRAIN_MS = 1000
const ROTATE_BYTES = 256 * 1024 * 1024
const ROTATE_HOURS = 24
const HEARTBEAT_SECONDS = 60
const HOUR_MS = 3_600_000
const OVERFLOW = 'more came at once than there was room for'
const FULL = 'the disk is full'
/** What came of an intent that was refused after it had reached the file. */
const NOT_CALLED = withoutAnswer('cancelled')

/** Begins a log of its own, recovers what former processes left, and resolves when both are on the disk. */
export async function createAudit(
  {
    folder,
    rotateBytes = ROTATE_BYTES,
    rotateHours = ROTATE_HOURS,
    heartbeatSeconds = HEARTBEAT_SECONDS,
    reserveBytes,
  }: AuditSettings,
  { clock, takeHold, log, onHealth }: AuditParts,
): Promise<LogOfProcess> {
  const instance = randomId()
  const reserve = reserveBytes === undefined ? undefined : createReserve(folder, reserveBytes)
  await reserve?.make()
  const file = openLog(folder, instance, clock.wallMs(), takeHold)
  const frames = createFrames(clock)
  let lost = 0

  const rotate = { bytes: rotateBytes, ms: rotateHours * HOUR_MS }
  const writing = startWriting(file, instance, rotate, {
    onFailed: (reason) => {
      log.error({ reason }, 'the audit log cannot be written: nothing is called')
      onHealth(false)
      const before = disk.isFull()
      if (disk.hear(reason) && !before) keep(frames.record('recovery', {}, { full: true, reason }))
    },
    onRestored: (reason) => {
      // What was given back is for the last records: calls wait until it could be made again.
      if (!disk.isFull()) restored(reason)
    },
    onAbandoned: (sequence, requestId) =>
      keep(frames.outcome(sequence, requestId, NOT_CALLED, 0, 'the intent was not on the disk')),
    onRecords: (records) => tail.records(records),
  })
  const tellLost = (reason: string): void => {
    if (writing.keep(frames.record('recovery', {}, { lost, reason }), 'soon')) lost = 0
  }
  const restored = (reason: string): void => {
    log.warn({ reason, lost }, 'the audit log is written again')
    tellLost(reason)
    onHealth(true)
  }
  const disk = createFullDisk(reserve, writing.healthy, () => restored('the disk was full'))
  const tail = createTail((on) => writing.watch(on))
  const keep = (frame: FrameToPut): void => {
    if (!writing.keep(frame, 'lazy')) lost += 1
  }
  const sampled = createSampled(clock, (kind, fields, members) => {
    if (disk.isFull()) lost += 1
    else keep(frames.record(kind, fields, members))
  })
  // How often it is due stands in it, so that a reader knows a silence when it sees one.
  const beat = (): void => keep(frames.record('heartbeat', {}, { everySeconds: heartbeatSeconds }))
  /** More came at once than there was room for, and nothing failed: there is no recovery that would tell it. */
  const tellOverflow = (): void => {
    if (lost === 0 || !writing.healthy() || disk.isFull()) return
    log.warn({ lost }, OVERFLOW)
    tellLost(OVERFLOW)
  }
  const timers = [
    setInterval(() => {
      sampled.drain()
      tellOverflow()
    }, DRAIN_MS),
    // While it runs there is a record at least that often: a gap in time is a gap in the log.
    setInterval(() => beat(), heartbeatSeconds * 1000),
  ]
  for (const timer of timers) timer.unref()

  const event: Audit['event'] = (kind, detail, about, requestId) => {
    if (!disk.isFull()) return writing.await(frames.record(kind, { about, requestId }, { detail }))
    lost += 1
    return Promise.reject(unavailable(FULL))
  }

  let closed: Promise<void> | undefined
  const close = async (): Promise<void> => {
    for (const timer of timers) clearInterval(timer)
    disk.end()
    sampled.drain()
    tellOverflow()
    const complete = await writing.close(frames.close())
    if (complete) file.close()
    else file.abandon()
  }

  try {
    removeLeftCopies(folder, takeHold)
    for (const found of await recoverFormer(folder, file.name, takeHold)) {
      await record(found)
      found.done()
    }
  } catch (error) {
    await (closed ??= close())
    throw error
  }

  return {
    intent: (permit, credential, peerAddress, traceId) =>
      disk.isFull()
        ? Promise.reject(unavailable(FULL))
        : writing.intend(
            frames.intent(permit, credential, peerAddress, traceId),
            permit.entry.facts.durability,
            permit.requestId,
          ),
    outcome: (intentSequence, requestId, facts, durationMs) =>
      keep(frames.outcome(intentSequence, requestId, facts, durationMs)),
    refusal: sampled.refusal,
    list: sampled.list,
    event,
    erase: writing.erase,
    subscribe: tail.subscribe,
    healthy: () => writing.healthy() && !disk.isFull(),
    close: () => (closed ??= close()),
    own: {
      folder,
      name: file.name,
      records: writing.records,
      tree: async (question) => {
        if (closed === undefined) return writing.tree(question)
        await closed
        return openTree(pathsOf(folder, file.name).tree, writing.records(), (tree) =>
          answerOf(tree, question),
        )
      },
      sync: async () => (closed === undefined ? writing.sync() : closed),
    },
  }

  async function record({ name, tornBytes, badLines, orphans }: Recovered): Promise<void> {
    for (const { instance, sequence, requestId } of orphans) {
      keep(
        frames.record(
          'outcome',
          { requestId },
          { class: 'unclear', intent: { instance, sequence } },
        ),
      )
    }
    const found = { badLines, log: name, orphans: orphans.length, tornBytes }
    log.warn(found, 'recovered the audit log of a process that ended without closing it')
    await event('recovery', found)
  }
}
