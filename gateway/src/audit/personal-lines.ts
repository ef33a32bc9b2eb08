// Taking a person out of a side file: all lines under their keys go, and so do values of theirs that stand under the key
// of nobody (sessions that were revoked by id). One line per key says that it was erased, and when.
import type { ErasedLine, PersonalLine } from './personal.ts'

export type Erasure = {
  /** Keys of the person in this file. */
  readonly keys: readonly string[]
  /** ISO 8601. */
  readonly time: string
}

/** The file without the person, and how many lines went. */
export function withoutPerson(
  bytes: Buffer,
  { keys, time }: Erasure,
): { readonly bytes: Buffer; readonly lines: number } {
  const erased = new Set(keys)
  const parsed = bytes
    .toString()
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => ({ text, line: parse(text) }))
  const sessions = new Set<string>()
  for (const { line } of parsed) {
    const isTheirs = line !== undefined && 'value' in line && erased.has(line.key)
    if (isTheirs && line.label === 'session') sessions.add(line.value)
  }
  const kept = parsed.filter(({ line }) => {
    if (line === undefined) return true
    return (
      !erased.has(line.key) &&
      !('value' in line && line.label === 'session' && sessions.has(line.value))
    )
  })
  const marks = keys.map((key) => JSON.stringify({ erased: time, key } satisfies ErasedLine))
  const text = [...kept.map((one) => one.text), ...marks].map((line) => `${line}\n`).join('')
  return { bytes: Buffer.from(text), lines: parsed.length - kept.length }
}

function parse(text: string): PersonalLine | undefined {
  try {
    return JSON.parse(text) as PersonalLine
  } catch {
    return undefined
  }
}
