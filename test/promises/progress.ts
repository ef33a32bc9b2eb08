// How far a long script is, on standard error, and how long it may take: a machine that is slow ends it early, and the
// report says after how many.

export type Progress = {
  /** One more is done; false: the time is up. */
  readonly tick: () => boolean
}

const EVERY_MS = 10_000

export function startProgress(id: string, total: number, mostMs: number): Progress {
  const startedMs = performance.now()
  let told = startedMs
  let done = 0
  return {
    tick: () => {
      done += 1
      const now = performance.now()
      if (now - told >= EVERY_MS) {
        process.stderr.write(
          `  ${id}: ${done} of ${total} after ${Math.round((now - startedMs) / 1000)} s\n`,
        )
        told = now
      }
      return now - startedMs < mostMs
    },
  }
}
