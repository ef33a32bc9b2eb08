// Who rewrites side files and who copies them come one after the other, in whichever processes they are: a copy that is
// made while a person is taken out would have half of each. Also what a process left behind that died while it did.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathsOf, syncFolder, type Hold, type TakeHold } from './log-folder.ts'

const FILE = 'side-files.hold'
const LEFT = /^(.+?)(?:\.erasing|\.erasing\.next|\.personal\.jsonl\.next)$/

/** Rejects in words where somebody else has the side files of this folder. */
export async function holdingSideFiles<Result>(
  folder: string,
  takeHold: TakeHold,
  use: () => Promise<Result>,
): Promise<Result> {
  const hold = holdOn(join(folder, FILE), takeHold)
  if (hold === undefined) {
    throw new Error('a backup is being made or a person is being erased: try again when it is done')
  }
  try {
    return await use()
  } finally {
    hold.release()
  }
}

/** The hold of a file that is made where it is not there. */
export function holdOn(path: string, takeHold: TakeHold): Hold | undefined {
  const how = existsSync(path) ? 'existing' : 'create'
  try {
    return takeHold(path, how)
  } catch (error) {
    // Another process has just made it.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return takeHold(path, 'existing')
    throw error
  }
}

/** Copies of side files beside logs that are closed: nobody is going to put them in place. */
export function removeLeftCopies(folder: string, takeHold: TakeHold): void {
  const left = readdirSync(folder).filter((file) => {
    const [, name] = LEFT.exec(file) ?? []
    return name !== undefined && !existsSync(pathsOf(folder, name).lock)
  })
  if (left.length === 0) return
  const hold = holdOn(join(folder, FILE), takeHold)
  // Somebody erases right now, and needs them.
  if (hold === undefined) return
  for (const file of left) rmSync(join(folder, file), { force: true })
  syncFolder(folder)
  hold.release()
}
