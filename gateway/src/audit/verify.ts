// Operator file: whether a log is what was written (policy-audit §2.3–2.5). Reads files alone. Each line is looked at
// by itself (verify-line.ts), each log as a whole against its checkpoints (verify-log.ts), then all logs together:
// orphans, logs that nobody closed, who was erased without an order, and checkpoints that came from elsewhere.
import { existsSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { aboutLog } from './verify/about-log.ts'
import { createCheckThreads } from './verify/check-threads.ts'
import { endsWithinCheckpoint, readCheckpoints } from './checkpoint.ts'
import { checkpointsElsewhere, findMissingLogs, headsOf } from './verify/elsewhere.ts'
import { findUnordered } from './verify/erasures.ts'
import { createFindings, type Finding, type Findings } from './verify/findings.ts'
import { createHeads, type HeadsFile } from './verify/heads.ts'
import { limitsOf } from './verify/limits.ts'
import {
  allNames,
  nameOfLog,
  pathsOf,
  segmentPaths,
  strayFiles,
  type LogPaths,
} from './log-folder.ts'
import { findRemoved } from './verify/prune-orders.ts'
import { createPairs, type Pairs } from './verify/pairs.ts'
import { createTrust, KEYS_FILE } from './verify/trust.ts'
import { verifyOneLog, WITHOUT_INTENT, type ReadLog } from './verify/verify-log.ts'
import { verifyPersonal } from './verify/verify-personal.ts'
import { createWitnesses } from './verify/witnesses.ts'

export type VerifyOptions = {
  /** Files or folders with checkpoints that were kept elsewhere. */
  readonly checkpoints?: readonly string[]
  /** Verifier keys that are believed; none: the first one of the folder is. */
  readonly keys?: readonly string[]
  /** Verifier keys of witnesses that must have seen what checkpoints cover. */
  readonly witnesses?: readonly string[]
}

export type VerifiedFile = {
  /** The first segment that is there. */
  readonly file: string
  readonly log: string
  readonly instance: string | undefined
  readonly segments: number
  readonly records: number
  /** Records of which only the hashes are left. */
  readonly pruned: number
  /** Checkpoints that are believed, and how many records the largest of them covers. */
  readonly checkpoints: number
  readonly covered: number
  /** So many of these all witnesses have seen; absent: none was asked for. */
  readonly witnessed?: number
  /** Persons whose values were erased. */
  readonly erased: number
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
  /** What this check cannot show, in words. */
  readonly limits: readonly string[]
}

/** What is kept of each log until all are read. */
type Log = Omit<ReadLog, 'references'>

/** Verifies all logs of a folder, or the log that a file belongs to. */
export async function verifyLog(path: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const findings = createFindings()
  const isFolder = existsSync(path) && statSync(path).isDirectory()
  const folder = isFolder ? path : dirname(path)
  const named = existsSync(path) && !isFolder ? nameOfLog(basename(path)) : undefined
  const names = isFolder ? allNames(path) : named === undefined ? [] : [named]
  if (names.length === 0) {
    findings.find({ code: 'no_log', file: path, what: 'there is no log here' })
  }
  const trust = createTrust(folder, options.keys ?? [])
  for (const key of trust.unvouched) {
    const what = `no key that is believed vouches for \`${key}\``
    findings.find({ code: 'key_without_voucher', file: KEYS_FILE, what })
  }
  for (const line of trust.badLines) {
    const what = 'it is no line with a key: none of Ed25519, or its id is not its own'
    findings.find({ code: 'malformed_key', file: KEYS_FILE, line, what })
  }
  for (const file of isFolder ? strayFiles(path) : []) {
    findings.find({ code: 'stray_file', file, what: 'its name is that of no file of a log' })
  }
  const witnesses = createWitnesses(options.witnesses ?? [], trust, findings)
  const elsewhere = checkpointsElsewhere(options.checkpoints ?? [], trust, findings)
  if (isFolder) findMissingLogs(elsewhere, names, findings)

  const segments = new Map(names.map((name) => [name, segmentPaths(folder, name)]))
  const sizes = [...segments.values()].flat().map((segment) => statSync(segment).size)
  const threads = createCheckThreads(sizes.reduce((sum, size) => sum + size, 0))
  const pairs = createPairs()
  const kinds = new Map<string, number>()
  const read: (Log & Omit<VerifiedFile, 'openIntents'>)[] = []
  const marked = new Map<string, ReadonlySet<string>>()
  let withoutSide = 0
  try {
    for (const name of names) {
      const paths = pathsOf(folder, name)
      const files = [...(await ownCheckpoints(paths.checkpoints)), ...headsOf(elsewhere, name)]
      if (!mayGrow(paths) && (await endsWithinCheckpoint(paths.checkpoints))) {
        const what = 'it ends within a checkpoint, or with what is none'
        findings.find({ code: 'malformed_checkpoint', file: basename(paths.checkpoints), what })
      }
      const heads = createHeads(name, files, trust, findings.find)
      const own = segments.get(name) ?? []
      const { references, ...log } = await verifyOneLog(
        { name, paths, segments: own, heads },
        { threads, findings, pairs, kinds },
      )
      await findRemoved({ log: name, path: paths.pruned, pruned: log.pruned }, trust, findings)
      const { isShutDown } = aboutLog(log.notable, log.last)
      const side = await verifyPersonal({ ...log, references, path: paths.personal, isShutDown })
      for (const finding of side.findings) findings.find(finding)
      if (side.erased.size > 0) marked.set(basename(paths.personal), side.erased)
      if (!side.exists && references.byCommitment.size > 0) withoutSide += 1
      read.push({
        ...log,
        file: basename(own[0] ?? paths.checkpoints),
        log: name,
        segments: own.length,
        checkpoints: heads.count,
        covered: heads.covered,
        ...witnessedOf(
          witnesses.seen({ name, files, covered: heads.covered, mayGrow: mayGrow(paths) }),
        ),
        erased: side.erased.size,
      })
    }
  } finally {
    threads.close()
  }
  findAboutLogs(read, isFolder, findings)
  const unordered = findUnordered({ marked, notable: read.flatMap(({ notable }) => notable) })
  // A log by itself, or one whose beginning is gone, cannot say that there was no order.
  const isAllThere = isFolder && read.every(({ pruned }) => pruned === 0)
  if (isAllThere) for (const finding of unordered) findings.find(finding)
  const openCounts = findOrphans(read, pairs, findings)
  return {
    ok: findings.listed.length === 0,
    files: read.map((log) => fileOf(log, openCounts.get(log.log) ?? 0)),
    records: read.reduce((sum, { records }) => sum + records, 0),
    kinds: Object.fromEntries(kinds),
    findings: findings.listed,
    moreFindings: findings.more(),
    limits: limitsOf(read, {
      keyFromFolder: trust.fromFolder,
      elsewhere: elsewhere.length > 0,
      witness: (options.witnesses ?? []).length > 0,
      withoutSide,
      unordered: isAllThere ? 0 : unordered.length,
    }),
  }
}

/** Checkpoints are still added: the log is in use, or somebody has to sign or send the rest of it. */
function mayGrow({ lock, progress }: LogPaths): boolean {
  return existsSync(lock) || existsSync(progress)
}

async function ownCheckpoints(path: string): Promise<readonly HeadsFile[]> {
  return existsSync(path)
    ? [{ file: basename(path), checkpoints: await readCheckpoints(path) }]
    : []
}

function findAboutLogs(
  logs: readonly (Log & { readonly log: string; readonly file: string })[],
  together: boolean,
  { find }: Findings,
): void {
  const about = logs.map((log) => ({ ...log, ...aboutLog(log.notable, log.last) }))
  const recovered = new Set(about.flatMap((log) => log.recovered))
  for (const { file, log, open, records, isShutDown, silences } of about) {
    for (const silence of silences) find({ ...silence, file })
    // A log by itself cannot say whether another one recovered it.
    if (open || isShutDown || records === 0 || !together || recovered.has(log)) continue
    const what = 'it is closed, and neither ends with a shutdown nor was recovered'
    find({ code: 'no_shutdown', file, what })
  }
}

function findOrphans(
  logs: readonly (Log & { readonly log: string; readonly file: string })[],
  pairs: Pairs,
  { find }: Findings,
): ReadonlyMap<string, number> {
  const openCounts = new Map<string, number>()
  for (const { log, instance, open, ranges } of logs) {
    if (instance === undefined) continue
    for (const sequence of pairs.of(instance).open()) {
      if (open) {
        openCounts.set(log, (openCounts.get(log) ?? 0) + 1)
        continue
      }
      const range = ranges.findLast(({ first }) => first <= sequence)
      const line = sequence - (range?.first ?? 0) + 1
      find({ file: range?.file ?? '', line, code: 'orphan', what: 'the intent has no outcome' })
    }
  }
  const byInstance = new Map(logs.map((log) => [log.instance, log]))
  for (const { file, line, intent } of logs.flatMap(({ foreign }) => foreign)) {
    const of = byInstance.get(intent.instance)
    if (of === undefined || intent.sequence < of.pruned) continue
    if (!pairs.of(intent.instance).hasIntent(intent.sequence))
      find({ file, line, ...WITHOUT_INTENT })
  }
  return openCounts
}

function witnessedOf(witnessed: number | undefined): Pick<VerifiedFile, 'witnessed'> {
  return witnessed === undefined ? {} : { witnessed }
}

function fileOf(log: Omit<VerifiedFile, 'openIntents'>, openIntents: number): VerifiedFile {
  const { file, instance, segments, records, pruned, checkpoints, covered, erased, open } = log
  return {
    file,
    log: log.log,
    instance,
    segments,
    records,
    pruned,
    checkpoints,
    covered,
    ...witnessedOf(log.witnessed),
    erased,
    open,
    openIntents,
  }
}
