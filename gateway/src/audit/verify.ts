// Operator file: whether a log is what was written (policy-audit §2.3–2.5). Reads files alone. Each line is looked
// at by itself (form, leaf, canonical form, place), then the whole: orphans, and the side file against its salts.
import { existsSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { logNames, pathsOf, type LogPaths } from './log-folder.ts'
import { readLines } from './read-lines.ts'
import { verifyPersonal } from './verify-personal.ts'
import { verifyLine, type LineFinding, type VerifiedRecord } from './verify-line.ts'

export type FindingCode =
  | LineFinding['code']
  | 'torn_tail'
  | 'sequence'
  | 'instance'
  | 'orphan'
  | 'second_outcome'
  | 'outcome_without_intent'
  | 'commitment_mismatch'
  | 'personal_line'
  | 'no_log'

export type Finding = {
  readonly code: FindingCode
  /** Name of the file. */
  readonly file: string
  /** Counted from 1; absent where it is about the whole file. */
  readonly line?: number
  /** What was found, in words. */
  readonly what: string
}

export type VerifiedFile = {
  readonly file: string
  readonly instance: string | undefined
  readonly records: number
  /** In use, or left by a process that died and not recovered yet: its end may still move. */
  readonly open: boolean
  /** Intents of an open log that have no outcome yet. */
  readonly openIntents: number
}

export type VerifyReport = {
  /** Nothing was found. */
  readonly ok: boolean
  readonly files: readonly VerifiedFile[]
  readonly records: number
  /** Records per kind, kinds that this version does not know among them. */
  readonly kinds: Readonly<Record<string, number>>
  readonly findings: readonly Finding[]
  /** Further findings that are not listed. */
  readonly moreFindings: number
  /** What a log without checkpoints cannot show, in words. */
  readonly limits: readonly string[]
}

const MAX_FINDINGS = 1000
const LIMITS = [
  'a tail that was cut off at the end of a line is not found without a checkpoint',
  'a record that was replaced together with its leaf hash is not found without a checkpoint',
  'a whole file that was removed is not found without a checkpoint',
]

/** Verifies all logs of a folder, or one file. */
export async function verifyLog(path: string): Promise<VerifyReport> {
  const state = createState()
  const isFolder = existsSync(path) && statSync(path).isDirectory()
  const folder = isFolder ? path : dirname(path)
  const names = isFolder ? logNames(path) : existsSync(path) ? [nameOf(path)] : []
  const files: Omit<VerifiedFile, 'openIntents'>[] = []
  if (names.length === 0) state.find({ code: 'no_log', file: path, what: 'there is no log here' })
  for (const name of names) files.push(await verifyFile(pathsOf(folder, name), state))
  const openCounts = findOrphans(state)
  return {
    ok: state.findings.length === 0,
    files: files.map((file) => ({ ...file, openIntents: openCounts.get(file.file) ?? 0 })),
    records: files.reduce((sum, file) => sum + file.records, 0),
    kinds: Object.fromEntries(state.kinds),
    findings: state.findings,
    moreFindings: state.more(),
    limits: LIMITS,
  }
}

type Intent = { readonly file: string; readonly line: number; readonly open: boolean }
type State = ReturnType<typeof createState>

function createState() {
  const findings: Finding[] = []
  let more = 0
  return {
    findings,
    find: (finding: Finding): void => {
      if (findings.length < MAX_FINDINGS) findings.push(finding)
      else more += 1
    },
    more: () => more,
    kinds: new Map<string, number>(),
    intents: new Map<string, Intent>(),
    outcomes: new Map<string, { readonly file: string; readonly line: number }>(),
    instances: new Set<string>(),
  }
}

async function verifyFile(
  paths: LogPaths,
  state: State,
): Promise<Omit<VerifiedFile, 'openIntents'>> {
  const file = basename(paths.log)
  const open = existsSync(paths.lock)
  let instance: string | undefined
  let next = 0
  let records = 0
  for await (const lines of readLines(paths.log)) {
    for (const { bytes, number, ended } of lines) {
      const found = verifyLine(bytes)
      const at = { file, line: number }
      if (!ended && !('record' in found && found.findings.length === 0)) {
        if (!open) {
          state.find({ ...at, code: 'torn_tail', what: 'the file ends within a line' })
        }
        continue
      }
      for (const finding of found.findings) state.find({ ...at, ...finding })
      if (!('record' in found)) {
        next += 1
        continue
      }
      const { record } = found
      records += 1
      if (record.sequence !== next) {
        state.find({
          ...at,
          code: 'sequence',
          what: `record ${record.sequence} stands where ${next} belongs`,
        })
      }
      next = record.sequence + 1
      instance ??= record.instance
      if (record.instance !== instance || !basename(paths.log).includes(instance.slice(0, 12))) {
        state.find({ ...at, code: 'instance', what: `it is a record of \`${record.instance}\`` })
      }
      note(record, at, open, state)
    }
  }
  if (instance !== undefined) state.instances.add(instance)
  if (existsSync(paths.personal)) {
    for (const finding of await verifyPersonal(paths.personal, open)) state.find(finding)
  }
  return { file, instance, records, open }
}

function note(
  record: VerifiedRecord,
  at: { file: string; line: number },
  open: boolean,
  state: State,
) {
  const { kind, instance, sequence, intent } = record
  state.kinds.set(kind, (state.kinds.get(kind) ?? 0) + 1)
  if (kind === 'intent') state.intents.set(`${instance}:${sequence}`, { ...at, open })
  if (kind !== 'outcome' || intent === undefined) return
  const id = `${intent.instance}:${intent.sequence}`
  if (state.outcomes.has(id)) {
    state.find({ ...at, code: 'second_outcome', what: `intent ${intent.sequence} has one already` })
  }
  state.outcomes.set(id, at)
}

function findOrphans(state: State): ReadonlyMap<string, number> {
  const openCounts = new Map<string, number>()
  for (const [id, { file, line, open }] of state.intents) {
    if (state.outcomes.has(id)) continue
    if (open) openCounts.set(file, (openCounts.get(file) ?? 0) + 1)
    else state.find({ file, line, code: 'orphan', what: 'the intent has no outcome' })
  }
  for (const [id, at] of state.outcomes) {
    const known = state.instances.has(id.slice(0, id.indexOf(':')))
    if (!known || state.intents.has(id)) continue
    state.find({ ...at, code: 'outcome_without_intent', what: 'its intent is not in the log' })
  }
  return openCounts
}

function nameOf(path: string): string {
  return basename(path).replace(/\.jsonl$/, '')
}
