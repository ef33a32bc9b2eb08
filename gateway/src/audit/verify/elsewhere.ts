// Checkpoints that were kept elsewhere (an anchor, a colleague's note): what a folder cannot deny. A log that is not here
// any more is found by them alone.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseCheckpoints, type SignedCheckpoint } from '../checkpoint.ts'
import type { Findings } from './findings.ts'
import type { HeadsFile } from './heads.ts'
import { logOf, type Trust } from './trust.ts'

export type Elsewhere = { readonly file: string; readonly checkpoint: SignedCheckpoint }

/** Of a folder, every file whose name ends as those of checkpoints do. */
export function checkpointsElsewhere(
  paths: readonly string[],
  trust: Trust,
  { find }: Findings,
): readonly Elsewhere[] {
  const files = paths.flatMap((path) => {
    if (!statSync(path).isDirectory()) return [path]
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.checkpoints'))
      .map((file) => join(path, file))
  })
  const found: Elsewhere[] = []
  for (const file of files) {
    // A checkpoint that was kept by itself has no empty line behind it.
    const checkpoints = parseCheckpoints(`${readFileSync(file, 'utf8').trimEnd()}\n\n`)
    if (checkpoints.length === 0) {
      find({ code: 'malformed_checkpoint', file, what: 'there is no checkpoint in it' })
    }
    for (const [place, checkpoint] of checkpoints.entries()) {
      if (checkpoint !== undefined && trust.isTrusted(checkpoint)) {
        found.push({ file, checkpoint })
        continue
      }
      const code = checkpoint === undefined ? 'malformed_checkpoint' : 'untrusted_checkpoint'
      const what = `checkpoint ${place + 1} ${checkpoint === undefined ? 'is none' : 'is signed by no key that is believed'}`
      find({ code, file, what })
    }
  }
  return found
}

export function headsOf(elsewhere: readonly Elsewhere[], name: string): readonly HeadsFile[] {
  return elsewhere
    .filter(({ checkpoint }) => logOf(checkpoint) === name)
    .map(({ file, checkpoint }) => ({ file, checkpoints: [checkpoint] }))
}

export function findMissingLogs(
  elsewhere: readonly Elsewhere[],
  names: readonly string[],
  { find }: Findings,
): void {
  for (const { file, checkpoint } of elsewhere) {
    const name = logOf(checkpoint)
    if (names.includes(name)) continue
    const what = `it covers ${checkpoint.size} records of the log ${name}, which is not here`
    find({ code: 'missing_log', file, what })
  }
}
