// The disk of the audit log (F-13, F-14): how much room there is, whether it can be written, and how long it takes to be
// sure of a write, which every call waits for whose intent is `synced`.
import { closeSync, fdatasyncSync, openSync, statfsSync, unlinkSync, writeSync } from 'node:fs'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Clock } from '../system/clock.ts'
import { randomId } from '../system/ids.ts'
import { good, warning, wrong, type Finding } from './finding.ts'

const MIB = 1024 * 1024
const LITTLE_BYTES = 1024 * MIB
const SLOW_MS = 20
const FLUSHES = 15
const BLOCK = Buffer.alloc(4096, 'x')

export type AuditDiskParts = {
  /** Of the log; it need not be there yet. */
  readonly folder: string
  readonly reserveBytes: number
  /** A gateway that runs has the reserve already. */
  readonly running: boolean
  readonly clock: Pick<Clock, 'monotonicMs'>
}

export function lookAtAuditDisk(parts: AuditDiskParts): readonly Finding[] {
  const folder = nearest(parts.folder)
  return [...lookAtRoom(folder, parts), ...lookAtWrites(folder, parts)]
}

function lookAtRoom(folder: string, { reserveBytes, running, folder: about }: AuditDiskParts) {
  const { bavail, bsize, files, ffree } = statfsSync(folder)
  const free = bavail * bsize
  const seen = `${Math.round(free / MIB)} MiB are free`
  if (free <= (running ? 0 : reserveBytes)) {
    const kept = running ? '' : `, and ${Math.round(reserveBytes / MIB)} MiB are kept for the end`
    const fix = 'make room, prune the log (`sallyport audit prune`), or lower `audit.reserveBytes`'
    return [wrong('audit disk', about, 'here', seen + kept, fix)]
  }
  // Some file systems do not count.
  if (files > 0 && ffree < 1000) {
    return [warning('audit disk', about, `${ffree} more files fit on it`, 'remove files')]
  }
  if (free < reserveBytes + LITTLE_BYTES) {
    return [warning('audit disk', about, seen, 'see how fast the log grows, and make room in time')]
  }
  return [good('audit disk', about, seen)]
}

function lookAtWrites(folder: string, { clock, folder: about }: AuditDiskParts): Finding[] {
  const path = join(folder, `.doctor-${randomId()}`)
  try {
    const fd = openSync(path, 'wx', 0o600)
    // Nobody finds it, and nothing of it is left, however this ends.
    unlinkSync(path)
    try {
      const times = Array.from({ length: FLUSHES }, () => {
        writeSync(fd, BLOCK)
        const from = clock.monotonicMs()
        fdatasyncSync(fd)
        return clock.monotonicMs() - from
      }).toSorted((one, other) => one - other)
      const median = times[Math.floor(FLUSHES / 2)] ?? 0
      const seen = `it can be written; fdatasync takes ${median.toFixed(2)} ms, ${(times.at(-1) ?? 0).toFixed(2)} ms at most`
      if (median <= SLOW_MS) return [good('audit disk', about, seen)]
      const fix = 'every call that is not marked read-only waits for it: use a faster disk'
      return [warning('audit disk', about, seen, fix)]
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    const seen = `it cannot be written: ${error instanceof Error ? error.message : String(error)}`
    const fix = 'without it there are no calls: give the user of the gateway a disk to write to'
    return [wrong('audit disk', about, 'here', seen, fix)]
  }
}

/** The folder itself, or the first above it that is there. */
function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder))
}
