// A checkpoint at the end of a file of checkpoints, on the disk when this resolves. Where a disk has room for half of it,
// none of it stays: behind a half nobody could read the next one, and verify would take it for tampering.
import { open } from 'node:fs/promises'
import { noteText, type Note } from '../note.ts'

/** Calls for one file come one after the other. Rejects in words of the file system. */
export async function appendNote(path: string, note: Note): Promise<undefined> {
  const file = await open(path, 'a', 0o600)
  try {
    const { size } = await file.stat()
    try {
      await file.appendFile(`${noteText(note)}\n`)
      await file.datasync()
    } catch (error) {
      await file.truncate(size)
      throw error
    }
  } finally {
    await file.close()
  }
}
