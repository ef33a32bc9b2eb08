// Recent records for those who watch. The writer keeps the latest ones anyway; it sends them only while somebody
// watches, so that nobody who does not look pays for it.

export type Tail = {
  readonly subscribe: (use: (record: string) => void) => () => void
  readonly records: (records: readonly string[]) => void
}

const RECENT = 256

/** `switchOn(true)` asks the writer for its latest records and all that follow. */
export function createTail(switchOn: (on: boolean) => void): Tail {
  const watchers = new Set<(record: string) => void>()
  let recent: string[] = []

  return {
    subscribe: (use) => {
      // One object per subscription, so that the same function may watch twice.
      const watcher = (record: string): void => use(record)
      if (watchers.size === 0) switchOn(true)
      for (const record of recent) use(record)
      watchers.add(watcher)
      return () => {
        if (!watchers.delete(watcher) || watchers.size > 0) return
        recent = []
        switchOn(false)
      }
    },
    records: (records) => {
      if (watchers.size === 0) return
      recent = [...recent, ...records].slice(-RECENT)
      for (const watcher of watchers) for (const record of records) watcher(record)
    },
  }
}
