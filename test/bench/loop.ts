// How long the loop was blocked while something ran: it is asked as often as it turns, so the longest gap between two
// turns is the longest piece of work that nothing could come between. The thread's own processor time in that gap is
// given too: on a machine that others use, a gap may be theirs.
import { setImmediate } from 'node:timers/promises'

export type Blocked<T> = {
  readonly value: T
  readonly longestMs: number
  readonly longestCpuMs: number
}

export async function blocked<T>(work: () => Promise<T>): Promise<Blocked<T>> {
  const ended = new AbortController()
  let longestMs = 0
  let longestCpuMs = 0
  const watch = async (): Promise<void> => {
    let wall = performance.now()
    let cpu = cpuMs()
    while (!ended.signal.aborted) {
      await setImmediate()
      const [wallNow, cpuNow] = [performance.now(), cpuMs()]
      longestMs = Math.max(longestMs, wallNow - wall)
      longestCpuMs = Math.max(longestCpuMs, cpuNow - cpu)
      wall = wallNow
      cpu = cpuNow
    }
  }
  const watching = watch()
  await setImmediate()
  const value = await work().finally(() => ended.abort())
  await watching
  return { value, longestMs, longestCpuMs }
}

/** Of this thread. */
export function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
