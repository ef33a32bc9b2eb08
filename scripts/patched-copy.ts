// A scratch copy of the tree with a patch applied, fuzz 0: what proofs by taking something away run in.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { copyTree } from './copy-tree.ts'

/** `undefined` where the patch does not apply. The copy is gone afterwards. */
export function inPatchedCopy<Result>(
  patch: string,
  use: (folder: string) => Result,
): Result | undefined {
  const scratch = mkdtempSync(join(tmpdir(), 'sallyport-prove-'))
  try {
    copyTree(scratch)
    const applied = spawnSync(
      'patch',
      ['-p1', '--forward', '--fuzz=0', '-s', '-i', resolve(patch)],
      { cwd: scratch },
    )
    return applied.status === 0 ? use(scratch) : undefined
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
