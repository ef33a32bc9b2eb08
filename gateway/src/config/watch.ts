// When to look at configuration, policies and certificates again: on SIGHUP, when the file system reports a
// change, and every few seconds by content, because reports get lost and Kubernetes swaps a symlink two folders
// away. The same content calls nobody. What to do is the caller's, one change after the other.
import { createHash } from 'node:crypto'
import { watch as watchFolder } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const POLL_MS = 5000
const SETTLE_MS = 100
const MAX_FILES = 1000

export type Watch = {
  /** Looks now; resolves when a change, if there is one, has been dealt with. */
  readonly check: () => Promise<void>
  readonly close: () => void
}

export type WatchOptions = {
  /** Files and folders (their files, not deeper), asked for anew each time: they may change with the content. */
  readonly paths: () => readonly string[]
  /** Called when the content differs from the last time it resolved. A rejection ends up in `failed`. */
  readonly changed: () => Promise<void>
  readonly failed: (error: unknown) => void
  readonly pollMs?: number
  readonly settleMs?: number
}

/** Starts from the content as it is now. */
export async function watchContent(options: WatchOptions): Promise<Watch> {
  const { paths, changed, failed, pollMs = POLL_MS, settleMs = SETTLE_MS } = options
  const watchers = new Map<string, FSWatcher>()
  let last = await contentDigest(paths())
  let running: Promise<void> = Promise.resolve()
  let settling: NodeJS.Timeout | undefined
  let closed = false

  const look = async (): Promise<void> => {
    if (closed) return
    const digest = await contentDigest(paths())
    if (digest !== last) {
      // A change that could not be dealt with (its record could not be written) is one at the next look too.
      await changed()
      last = digest
    }
    follow()
  }
  const check = (): Promise<void> => {
    running = running.then(look).catch(failed)
    return running
  }
  const soon = (): void => {
    clearTimeout(settling)
    settling = setTimeout(() => void check(), settleMs)
  }
  const follow = (): void => {
    const folders = new Set(paths().flatMap((path) => [path, dirname(path)]))
    for (const [folder, watcher] of watchers) {
      if (folders.has(folder)) continue
      watcher.close()
      watchers.delete(folder)
    }
    for (const folder of folders) {
      if (!watchers.has(folder)) watchOne(folder)
    }
  }
  const watchOne = (folder: string): void => {
    try {
      const watcher = watchFolder(folder, { persistent: false }, soon)
      const forget = (): void => {
        watcher.close()
        if (watchers.get(folder) === watcher) watchers.delete(folder)
      }
      watcher.on('error', forget)
      watchers.set(folder, watcher)
    } catch {
      // Not there, or no watches left: the poll finds the change.
    }
  }

  follow()
  const poll = setInterval(() => void check(), pollMs)
  poll.unref()
  process.on('SIGHUP', soon)
  return {
    check,
    close() {
      closed = true
      clearInterval(poll)
      clearTimeout(settling)
      process.off('SIGHUP', soon)
      for (const watcher of watchers.values()) watcher.close()
      watchers.clear()
    },
  }
}

/** SHA-256 over names and contents; what cannot be read counts by the reason. */
async function contentDigest(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const path of paths) {
    for (const file of await filesOf(path)) {
      const content = await readFile(file).catch(
        (error: NodeJS.ErrnoException) => `(${error.code ?? 'unreadable'})`,
      )
      hash.update(`${file}\0${content.length}\0`).update(content)
    }
  }
  return hash.digest('hex')
}

async function filesOf(path: string): Promise<readonly string[]> {
  const facts = await stat(path).catch(() => undefined)
  if (facts?.isDirectory() !== true) return [path]
  const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort()
  const files: string[] = []
  for (const name of names.slice(0, MAX_FILES)) {
    const file = join(path, name)
    if ((await stat(file).catch(() => undefined))?.isFile() === true) files.push(file)
  }
  return files
}
