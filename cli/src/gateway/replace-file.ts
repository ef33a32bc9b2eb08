// Writes a file anew in one step: whoever reads it meanwhile, a gateway that watches it among them, sees the old text or
// the new one. Where the path is a link, the file behind it is replaced and the link stays.
import { lstat, open, realpath, rename, rm } from 'node:fs/promises'
import { CommandFailure } from '../exit-codes.ts'

/** Owner and rights stay as they are, as far as this user may say so. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const real = await realpath(path)
  const { mode } = await lstat(real)
  const next = `${real}.${process.pid}.new`
  try {
    const file = await open(next, 'wx', mode & 0o777)
    try {
      await file.chmod(mode & 0o777)
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(next, real)
  } catch (cause) {
    await rm(next, { force: true })
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new CommandFailure('failed', `\`${path}\` cannot be written: ${why}`, {
      fix: 'let this user write the file and its folder',
      cause,
    })
  }
}
