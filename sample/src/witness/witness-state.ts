// What a witness must not forget: its key, and the largest tree that it saw of each log.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** `root` in base64. */
export type Seen = { readonly size: number; readonly root: string }
export type WitnessState = {
  /** PKCS#8 in PEM. */
  readonly privateKey?: string
  readonly seen: Readonly<Record<string, Seen>>
}

export function readState(path: string | undefined): WitnessState {
  if (path === undefined || !existsSync(path)) return { seen: {} }
  return JSON.parse(readFileSync(path, 'utf8')) as WitnessState
}

export function writeState(path: string | undefined, state: WitnessState): void {
  if (path === undefined) return
  writeFileSync(`${path}.next`, JSON.stringify(state), { mode: 0o600, flush: true })
  renameSync(`${path}.next`, path)
}
