// The latest records out of the end of the file: for whoever begins to watch. Nothing is kept for them before.
import { recordIn } from './line.ts'
import type { LogFile } from './log-file.ts'

const MAX_BYTES = 256 * 1024
const MAX_RECORDS = 256
const BREAK = 0x0a

export function recentRecords(log: Pick<LogFile, 'end'>): string[] {
  const end = log.end(MAX_BYTES)
  const records: string[] = []
  // The first line may have lost its beginning; then it is no line of ours.
  for (let start = 0; start < end.length;) {
    const at = end.indexOf(BREAK, start)
    if (at < 0) break
    const record = recordIn(end.subarray(start, at))
    if (typeof record !== 'string') records.push(record.toString())
    start = at + 1
  }
  return records.slice(-MAX_RECORDS)
}
