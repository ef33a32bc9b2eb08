// The files of the log, copied while a gateway may write them, so that the copy verifies: what states is copied before
// what it is about (checkpoints before records), what is needed after what needs it (salts and hashes after records), and
// a segment that is being written ends with its last whole line.
import { copyFileSync, existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { logNames, pathsOf, segmentPaths } from './log-folder.ts'
import { readLines } from './read-lines.ts'
import { KEYS_FILE } from './verify/trust.ts'

/** Copies all logs of a folder into another one, which is there. Names of what was copied. */
export async function copyLogs(from: string, to: string): Promise<readonly string[]> {
  const copied: string[] = []
  const copy = (name: string): void => {
    if (!existsSync(join(from, name))) return
    copyFileSync(join(from, name), join(to, name))
    copied.push(name)
  }
  copy(KEYS_FILE)
  const names = [...new Set([...logNames(from), ...withCheckpoints(from)])].toSorted()
  for (const name of names) {
    // Whoever starts with the copy recovers a log that was in use, as after a crash.
    const { lock, torn } = pathsOf('', name)
    const inUse = existsSync(join(from, lock))
    copy(pathsOf('', name).checkpoints)
    const segments = segmentPaths(from, name).map((path) => path.slice(from.length + 1))
    for (const segment of segments) copy(segment)
    const last = segments.at(-1)
    if (inUse && last !== undefined) await endWithLine(join(to, last))
    for (const other of ['personal', 'tree', 'pruned', 'erasing'] as const)
      copy(pathsOf('', name)[other])
    copy(torn)
    if (inUse) {
      await endWithLine(join(to, pathsOf('', name).personal))
      writeFileSync(join(to, lock), '', { mode: 0o600 })
      copied.push(lock)
    }
  }
  return copied
}

function withCheckpoints(folder: string): readonly string[] {
  const ending = '.checkpoints'
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
}

async function endWithLine(path: string): Promise<void> {
  let end = 0
  for await (const lines of readLines(path)) {
    for (const line of lines) if (line.ended) ({ end } = line)
  }
  truncateSync(path, end)
}
