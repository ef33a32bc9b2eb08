// The log of this process: intent → call → outcome (policy-audit §2.1). The request thread hands over raw frames
// (channel.ts); a writer thread makes them canonical, hashes and writes them (writer.ts); this thread asks for the
// fdatasync and knows who waits for what (waiting.ts). Without a durable intent there is no call.
import type { Log } from '../observe/log.ts'
import type { Clock } from '../system/clock.ts'
import { randomId } from '../system/ids.ts'
import type { FrameToPut } from './channel.ts'
import { openLog, type TakeHold } from './log-folder.ts'
import { createFrames } from './make-frames.ts'
import type { Audit } from './record.ts'
import { recoverFormer, type Recovered } from './recover.ts'
import { createSampled } from './sampled.ts'
import { createTail } from './tail.ts'
import { startWriting } from './writing.ts'

export type AuditSettings = { readonly folder: string }

export type AuditParts = {
  readonly clock: Clock
  /** Takes a hold that ends with the process (store/sqlite/take-hold.ts). */
  readonly takeHold: TakeHold
  readonly log: Log
  /** Hears of every change. */
  readonly onHealth: (healthy: boolean) => void
}

const DRAIN_MS = 1000
/** What came of an intent that was refused after it had reached the file. */
const NOT_CALLED = {
  class: 'cancelled',
  status: undefined,
  resultBytes: 0,
  result: undefined,
  targetRequestId: undefined,
} as const

/** Begins a log of its own, recovers what former processes left, and resolves when both are on the disk. */
export async function createAudit(
  { folder }: AuditSettings,
  { clock, takeHold, log, onHealth }: AuditParts,
): Promise<Audit> {
  const instance = randomId()
  const file = openLog(folder, instance, clock.wallMs(), takeHold)
  const frames = createFrames(clock)
  let lost = 0

  const writing = startWriting(file, instance, {
    onFailed: (reason) => {
      log.error({ reason }, 'the audit log cannot be written: nothing is called')
      onHealth(false)
    },
    onRestored: (reason) => {
      log.warn({ reason, lost }, 'the audit log is written again')
      keep(frames.record('recovery', {}, { lost, reason }))
      lost = 0
      onHealth(true)
    },
    onAbandoned: (sequence, requestId) =>
      keep(frames.outcome(sequence, requestId, NOT_CALLED, 0, 'the intent was not on the disk')),
    onRecords: (records) => tail.records(records),
  })
  const tail = createTail((on) => writing.watch(on))
  const keep = (frame: FrameToPut): void => {
    if (!writing.keep(frame, 'lazy')) lost += 1
  }
  const sampled = createSampled(clock, (kind, fields, members) =>
    keep(frames.record(kind, fields, members)),
  )
  const draining = setInterval(() => sampled.drain(), DRAIN_MS).unref()

  const event: Audit['event'] = (kind, detail, about) =>
    writing.await(frames.record(kind, { about }, { detail }))

  let closed: Promise<void> | undefined
  const close = async (): Promise<void> => {
    clearInterval(draining)
    sampled.drain()
    const complete = await writing.close(frames.close())
    if (complete) file.close()
    else file.abandon()
  }

  try {
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
      writing.intend(
        frames.intent(permit, credential, peerAddress, traceId),
        permit.entry.facts.durability,
        permit.requestId,
      ),
    outcome: (intentSequence, requestId, facts, durationMs) =>
      keep(frames.outcome(intentSequence, requestId, facts, durationMs)),
    refusal: sampled.refusal,
    list: sampled.list,
    event,
    subscribe: tail.subscribe,
    healthy: writing.healthy,
    close: () => (closed ??= close()),
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
