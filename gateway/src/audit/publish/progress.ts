// How far everybody is who follows one log: `.progress` beside it, there while anything is left to do. Sinks get a record
// again that they had when this is older than what they have, never one less.
import { existsSync, readFileSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { pathsOf } from '../log-folder.ts'

export type Progress = {
  /** Size of the tree that an anchor has, by its id. */
  readonly anchors: Readonly<Record<string, number>>
  /** Records that a sink has, by its id. */
  readonly sinks: Readonly<Record<string, number>>
}

export function readProgress(folder: string, name: string): Progress {
  const { progress } = pathsOf(folder, name)
  const empty: Progress = { anchors: {}, sinks: {} }
  if (!existsSync(progress)) return empty
  try {
    return { ...empty, ...(JSON.parse(readFileSync(progress, 'utf8')) as Partial<Progress>) }
  } catch {
    // It was being written: everything is sent again.
    return empty
  }
}

/** Calls for one log come one after the other. */
export async function writeProgress(
  folder: string,
  name: string,
  progress: Progress,
): Promise<void> {
  const { progress: path } = pathsOf(folder, name)
  await writeFile(`${path}.next`, JSON.stringify(progress), { mode: 0o600 })
  await rename(`${path}.next`, path)
}

export function endProgress(folder: string, name: string): Promise<void> {
  return rm(pathsOf(folder, name).progress, { force: true })
}
