// Descriptions that the configuration has instead of a target's own (`tools.<name>.description`). They go on the wire
// after the pin was checked: what is hashed, pinned and reviewed stays what the target offers. They are scanned and
// bounded like a target's, because they may have been copied from anywhere (attacks M-11).
import type { JsonObject } from '../json/value.ts'
import type { Scanner } from './scan/scanner.ts'
import type { CatalogueTarget } from './settings.ts'

type Described = Pick<CatalogueTarget, 'tools' | 'trusted'>

/** Why a description of the configuration is not shown, in words, by the key under `tools`. */
export async function judgeOwnWords(
  target: Described,
  scanner: Scanner,
): Promise<ReadonlyMap<string, string>> {
  const faults = new Map<string, string>()
  if (target.trusted === true) return faults
  for (const [key, { description }] of Object.entries(target.tools)) {
    const [first] = description === undefined ? [] : await scanner.scan({ description })
    if (first === undefined) continue
    faults.set(key, `the scanner found \`${first.rule}\` in its description in the configuration`)
  }
  return faults
}

/** The definition as clients see it. */
export function withOwnWords(target: Described, key: string, definition: JsonObject): JsonObject {
  const description = Object.hasOwn(target.tools, key) ? target.tools[key]?.description : undefined
  return description === undefined ? definition : { ...definition, description }
}
