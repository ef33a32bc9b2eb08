// The state folder: whoever can write it can forge approvals, enable what was disabled and answer as the gateway on the
// operator's socket. It is made for its owner alone; one that everybody may write is refused, one that its group may
// write (volumes of a cluster are like that) is a relaxation.
import { mkdirSync, statSync } from 'node:fs'
import type { Relaxation } from './config/relaxations.ts'

const OTHERS_WRITE = 0o002
const GROUP_WRITES = 0o020

/** Makes the folder where it is not there; throws in words where it cannot be trusted. */
export function openStateFolder(folder: string): readonly Relaxation[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { refused, relaxed } = judgeStateFolder(folder, statSync(folder).mode)
  if (refused !== undefined) throw new Error(`${refused.seen}: ${refused.fix}`)
  return relaxed === undefined ? [] : [{ path: 'stateFolder', meaning: relaxed }]
}

/** What the rights of a state folder mean, in words. */
export function judgeStateFolder(
  folder: string,
  mode: number,
): {
  readonly refused?: { readonly seen: string; readonly fix: string }
  readonly relaxed?: string
} {
  const rights = `mode ${(mode & 0o7777).toString(8).padStart(4, '0')}`
  if ((mode & OTHERS_WRITE) !== 0) {
    const seen = `everybody may write the state folder \`${folder}\` (${rights})`
    return {
      refused: {
        seen,
        fix: 'take that right away with `chmod o-w`, or choose another `stateFolder`',
      },
    }
  }
  if ((mode & GROUP_WRITES) === 0) return {}
  return {
    relaxed: `its group may write it (${rights}): whoever is in it can change what the gateway relies on`,
  }
}
