// Operator file: a person is erased (policy-audit §2.4). Their values and salts leave the side files of all logs; the
// records stay, and nobody can read the person out of them any more. The log that is being written is rewritten by its
// writer, which forgets the person at the same moment; a log of another process that runs is left, and said.
import { existsSync, statSync } from 'node:fs'
import { parseKeepingNumbers } from '../json/raw-number.ts'
import type { JsonObject } from '../json/value.ts'
import { recordIn } from './line.ts'
import { logNames, pathsOf, segmentPaths, syncFolder } from './log-folder.ts'
import { copyWithout, type Erasure } from './personal-lines.ts'
import { readLines } from './read-lines.ts'
import { safeCopy } from './safe-copy.ts'
import { personalLines } from './search/personal-values.ts'

export type Person = { readonly issuer: string; readonly subject: string }

/** The keys of a person by the name of the log. */
export type PersonKeys = ReadonlyMap<string, readonly string[]>

export type ErasedReport = {
  readonly logs: readonly string[]
  readonly keys: number
  /** Lines that left the side files. */
  readonly lines: number
  /** Logs of other processes that run: the order has to be given again when they ended. */
  readonly inUse: readonly string[]
}

/** Under which keys the logs of a folder have this person. A key belongs to one person of one issuer. */
export async function keysOf(folder: string, { issuer, subject }: Person): Promise<PersonKeys> {
  const found = new Map<string, readonly string[]>()
  for (const name of logNames(folder)) {
    const { personal } = pathsOf(folder, name)
    const candidates = new Map<string, number>()
    for await (const line of personalLines(personal, Buffer.from(JSON.stringify(subject)))) {
      const isTheirs = 'value' in line && line.label === 'subject' && line.value === subject
      if (isTheirs) candidates.set(line.key, line.record)
    }
    if (candidates.size === 0) continue
    const keys = await ofIssuer(segmentPaths(folder, name), candidates, issuer)
    if (keys.length > 0) found.set(name, keys)
  }
  return found
}

export type EraseParts = {
  /** ISO 8601. */
  readonly time: string
  /** The log that this process writes, and how its side file is rewritten. */
  readonly own: { readonly name: string; readonly erase: (erasure: Erasure) => Promise<number> }
}

export async function eraseKeys(
  folder: string,
  found: PersonKeys,
  { time, own }: EraseParts,
): Promise<ErasedReport> {
  const logs: string[] = []
  const inUse: string[] = []
  let lines = 0
  for (const [name, keys] of found) {
    const { personal, lock } = pathsOf(folder, name)
    if (name === own.name) {
      lines += await own.erase({ keys, time })
    } else if (existsSync(lock)) {
      inUse.push(name)
      continue
    } else {
      lines += rewrite(personal, { keys, time })
    }
    logs.push(name)
  }
  syncFolder(folder)
  return { logs, keys: [...found.values()].flat().length, lines, inUse }
}

/** The file is the old one or the new one, whatever happens. */
function rewrite(path: string, erasure: Erasure): number {
  const source = {
    size: statSync(path).size,
    read: (into: Buffer, position: number) => safeCopy.read(path, into, position),
  }
  return safeCopy.keep(path, (write) => copyWithout(source, erasure, write))
}

/** The issuer stands in the records: each line of the side file names the one that needed it first. */
async function ofIssuer(
  segments: readonly string[],
  candidates: ReadonlyMap<string, number>,
  issuer: string,
): Promise<readonly string[]> {
  const unknown = new Map([...candidates].map(([key]) => [key, Buffer.from(`"key":"${key}"`)]))
  const keys: string[] = []
  for (const segment of segments) {
    if (unknown.size === 0) break
    for await (const lines of readLines(segment)) {
      for (const { bytes } of lines) {
        for (const [key, wanted] of unknown) {
          if (!bytes.includes(wanted)) continue
          const record = recordIn(bytes)
          if (typeof record === 'string') continue
          unknown.delete(key)
          if (issuerOf(record, key) === issuer) keys.push(key)
        }
      }
      if (unknown.size === 0) break
    }
  }
  // Where the record was pruned, the key is taken: to erase too much is the smaller harm.
  return [...keys, ...unknown.keys()]
}

function issuerOf(record: Buffer, key: string): unknown {
  const { who, about } = parseKeepingNumbers(record.toString()) as JsonObject
  const named = [who, about].find((one) => (one as JsonObject | undefined)?.['key'] === key)
  return (named as JsonObject | undefined)?.['issuer']
}
