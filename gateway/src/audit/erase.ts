// Operator file: a person is erased (policy-audit §2.4). Their values and salts leave the side files of all logs; the
// records stay, and nobody can read the person out of them any more. The log that is being written is rewritten by its
// writer, which forgets the person at the same moment; a log of another process that runs is left, and said.
import { existsSync, statSync } from 'node:fs'
import { isJsonObject, parseKeepingNumbers } from '../json/raw-number.ts'
import type { JsonObject } from '../json/value.ts'
import { recordIn } from './line.ts'
import { logNames, pathsOf, segmentPaths, syncFolder } from './log-folder.ts'
import { copyWithout, type Erasure } from './personal-lines.ts'
import { readLines } from './read-lines.ts'
import { safeCopy } from './safe-copy.ts'
import { commitmentsTo, type Values } from './search/personal-values.ts'

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

export type FoundPerson = {
  readonly keys: PersonKeys
  /** Other issuers by whom somebody of the same name is in the logs. */
  readonly others: readonly string[]
}

/** Under which keys the logs of a folder have this person. A key belongs to one person of one issuer. */
export async function keysOf(folder: string, { issuer, subject }: Person): Promise<FoundPerson> {
  const found = new Map<string, readonly string[]>()
  const others = new Set<string>()
  for (const name of logNames(folder)) {
    const { personal } = pathsOf(folder, name)
    const commitments = await commitmentsTo(personal, subject)
    if (commitments.size === 0) continue
    const issuers = await issuersOf(segmentPaths(folder, name), commitments)
    const keys: string[] = []
    for (const [key, of] of issuers) {
      // Where the records were pruned, the key is taken: to erase too much is the smaller harm.
      if (of === issuer || of === undefined) keys.push(key)
      else others.add(of)
    }
    if (keys.length > 0) found.set(name, keys)
  }
  return { keys: found, others: [...others].toSorted() }
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

/**
 * The issuer stands in the records, and so does whose a key is: the side file alone could say anything. `undefined`: no
 * record has the key.
 */
async function issuersOf(
  segments: readonly string[],
  commitments: Values,
): Promise<ReadonlyMap<string, string | undefined>> {
  const unknown = new Map(
    [...commitments].map(([text, { key }]) => [
      key,
      { text, bytes: Buffer.from(`"key":"${key}"`) },
    ]),
  )
  const issuers = new Map<string, string | undefined>()
  for (const segment of segments) {
    if (unknown.size === 0) break
    for await (const lines of readLines(segment)) {
      for (const { bytes } of lines) {
        for (const [key, wanted] of unknown) {
          if (!bytes.includes(wanted.bytes)) continue
          const record = recordIn(bytes)
          const named = typeof record === 'string' ? undefined : whoHas(key, record)
          if (named === undefined) continue
          unknown.delete(key)
          const { issuer, subject } = named
          if (subject === wanted.text && typeof issuer === 'string') issuers.set(key, issuer)
        }
      }
      if (unknown.size === 0) break
    }
  }
  for (const key of unknown.keys()) issuers.set(key, undefined)
  return issuers
}

function whoHas(key: string, record: Buffer): JsonObject | undefined {
  const { who, about } = parseKeepingNumbers(record.toString()) as JsonObject
  return [who, about].filter((one) => isJsonObject(one)).find((one) => one['key'] === key)
}
