// One secret out of one file. The checks are made on the open file, not on its path, so that nothing can be
// swapped in between. Anybody's right to read or write it refuses the file (P-07).
import { open } from 'node:fs/promises'
import { SecretError } from './secret-error.ts'

const MAX_BYTES = 64 * 1024
const OTHERS_READ_OR_WRITE = 0o006

export type SecretFile = {
  readonly value: string
  /** Changes when the file is replaced or written. */
  readonly stamp: string
}

export async function readSecretFile(path: string): Promise<SecretFile> {
  const place = `file ${path}`
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new SecretError(error.code === 'ENOENT' ? 'not_found' : 'not_readable', place)
  })
  try {
    const facts = await file.stat()
    if (!facts.isFile()) throw new SecretError('not_a_file', place)
    if ((facts.mode & OTHERS_READ_OR_WRITE) !== 0) {
      throw new SecretError('readable_by_everybody', place)
    }
    if (facts.size > MAX_BYTES) throw new SecretError('too_large', place)
    const bytes = Buffer.alloc(MAX_BYTES + 1)
    let length = 0
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    if (length > MAX_BYTES) throw new SecretError('too_large', place)
    const value = secretText(bytes.subarray(0, length), place)
    bytes.fill(0)
    return { value, stamp: stampOf(facts) }
  } finally {
    await file.close()
  }
}

export function stampOf(facts: {
  readonly dev: number
  readonly ino: number
  readonly size: number
  readonly mtimeMs: number
  readonly ctimeMs: number
}): string {
  return [facts.dev, facts.ino, facts.size, facts.mtimeMs, facts.ctimeMs].join(':')
}

/** White space around a secret comes from editors, not from whoever issued it. */
export function secretText(bytes: Uint8Array | string, place: string): string {
  let text: string
  try {
    text =
      typeof bytes === 'string' ? bytes : new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new SecretError('not_text', place)
  }
  const value = text.trim()
  if (value === '') throw new SecretError('empty', place)
  if (value.includes('\0')) throw new SecretError('not_text', place)
  return value
}
