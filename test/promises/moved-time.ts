// Moves all clocks of a process with faketime: wall time and monotonic time jump together, timers fire as after a
// suspend. The process follows the file at once.
import { globSync, writeFileSync } from 'node:fs'

export type MovedTime = {
  /** For the process that is to follow. */
  readonly env: Readonly<Record<string, string>>
  readonly set: (aheadSeconds: number) => void
  /** Seconds since the epoch as the process sees them. */
  readonly nowSeconds: () => number
}

export function createMovedTime(file: string, aheadSeconds = 0): MovedTime {
  const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')
  if (library === undefined) throw new Error('faketime is not installed')
  let ahead = aheadSeconds
  const set = (seconds: number): void => {
    ahead = seconds
    writeFileSync(file, seconds < 0 ? `${seconds}` : `+${seconds}`)
  }
  set(aheadSeconds)
  return {
    env: { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1' },
    set,
    nowSeconds: () => Date.now() / 1000 + ahead,
  }
}
