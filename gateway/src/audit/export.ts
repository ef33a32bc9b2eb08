// Operator file: the log for other systems, record by record and in order, with bounded memory: as it stands (JSON Lines),
// or as OCSF events (export/ocsf.ts). Goes on behind any position. Says nothing about whether the log holds: that is
// verify.ts.
import { parseKeepingNumbers } from '../json/raw-number.ts'
import type { JsonObject } from '../json/value.ts'
import type { Make } from './export/make.ts'
import { createOcsf } from './export/ocsf.ts'
import { recordIn } from './line.ts'
import { logNames, pathsOf, segmentPaths } from './log-folder.ts'
import { parsePosition, positionText, type Position } from './position.ts'
import { readLines } from './read-lines.ts'
import { personalIn, personalValues, type Values } from './search/personal-values.ts'

export type ExportSettings = {
  readonly format: 'jsonl' | 'ocsf'
  /** Behind this record, `<log>:<sequence>`; absent: from the start. */
  readonly after?: string | undefined
  /** With the values of the side file. */
  readonly personal: boolean
}

export type Exported = {
  /** One or more lines, each ended. */
  readonly text: string
  /** The last record that was looked at: where to go on. */
  readonly position: string
}

/** Throws in words where `after` is no position. */
export async function* exportLog(
  folder: string,
  { format, after, personal }: ExportSettings,
): AsyncGenerator<Exported> {
  const from = after === undefined ? undefined : parsePosition(after)
  if (after !== undefined && from === undefined) throw new Error(`\`${after}\` is no position`)
  for (const log of logNames(folder)) {
    if (from !== undefined && log < from.log) continue
    const values = personal ? await personalValues(pathsOf(folder, log).personal) : NOTHING
    const make = format === 'ocsf' ? createOcsf() : jsonLines
    const beyond = from?.log === log ? from.sequence : -1
    yield* exportOne(segmentPaths(folder, log), log, beyond, (record, position) =>
      make(record, position, values),
    )
  }
}

const NOTHING: Values = new Map()

async function* exportOne(
  segments: readonly string[],
  log: string,
  beyond: number,
  make: (record: JsonObject, position: Position) => JsonObject | undefined,
): AsyncGenerator<Exported> {
  for (const segment of segments) {
    for await (const lines of readLines(segment)) {
      let text = ''
      let last = -1
      for (const { bytes } of lines) {
        const found = recordIn(bytes)
        if (typeof found === 'string') continue
        const record = parseKeepingNumbers(found.toString()) as JsonObject
        const sequence = Number(record['sequence'])
        // What lies before is read all the same: an outcome is told with what its intent said.
        const made = make(record, { log, sequence })
        if (sequence <= beyond) continue
        last = sequence
        if (made !== undefined) text += `${JSON.stringify(made)}\n`
      }
      if (last >= 0) yield { text, position: positionText({ log, sequence: last }) }
    }
  }
}

/** The record as it stands; beside it, where there are any, the personal values. */
const jsonLines: Make = (record, _position, values) => {
  const personal = personalIn(record, values)
  return personal === undefined ? record : { ...record, personal }
}
