// `sallyport audit prove`: proofs as files that somebody can check without us: that records are in the log, or that the
// log continues a checkpoint that was kept. Reads files alone.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { defineStateFolder, stateFolder } from '../gateway/state-folder.ts'
import type { StateFolderOptions } from '../gateway/state-folder.ts'
import { jsonText } from '../terminal/exact-json.ts'

type ProveOptions = StateFolderOptions & {
  readonly from?: string
  readonly output: string
}
/** A request has two, and a few more where it streams. */
const MOST_RECORDS = 100

type Written = { readonly file: string; readonly position: string; readonly kind?: string }

export const auditProve: Command<ProveOptions> = {
  examples: [
    'sallyport audit prove 4f1c9a2e8b7d4c6f9e0a1b2c3d4e5f60 --output ./proofs',
    'sallyport audit prove 20260401T060000123Z-3f2a9c0d1e4b:17',
    'sallyport audit prove --from kept.checkpoint',
  ],
  define: (command) => {
    command
      .argument('[what]', 'request id, or <log>:<sequence> as `audit search` shows it')
      .option('--from <file>', 'prove instead that the log continues this checkpoint')
      .option('--output <folder>', 'where the files go', '.')
    defineStateFolder(command)
  },
  run: async ({ args, options, terminal, json }) => {
    const [what] = args
    if ((what === undefined) === (options.from === undefined)) {
      throw new CommandFailure('usage', 'exactly one of a record and --from is needed')
    }
    const folder = join(await stateFolder(options, terminal), 'audit')
    const kept = options.from === undefined ? '' : readKept(options.from)
    const output = resolve(options.output)
    mkdirSync(output, { recursive: true })
    const written =
      what === undefined
        ? [await consistency(folder, output, kept)]
        : await records(folder, output, what)
    terminal.out(
      json
        ? `${jsonText({ proofs: written })}\n`
        : written
            .map(({ file, position, kind }) => `${file}  ${kind ?? ''} ${position}\n`)
            .join(''),
    )
    return exitCode('ok')
  },
}

async function records(folder: string, output: string, what: string): Promise<readonly Written[]> {
  const { parsePosition, positionText } = await import('@sallyport/gateway/audit/position.ts')
  const { proveRecord } = await import('@sallyport/gateway/audit/prove.ts')
  const named = parsePosition(what)
  const positions = named === undefined ? await positionsOf(folder, what) : [named]
  const written: Written[] = []
  for (const position of positions) {
    const { proof, record } = await proveRecord(folder, position).catch(inWords)
    const file = join(output, `${position.log}-${position.sequence}.tlog-proof`)
    writeFileSync(file, proof)
    const { kind } = JSON.parse(record) as { readonly kind: string }
    written.push({ file, position: positionText(position), kind })
  }
  return written
}

async function positionsOf(folder: string, requestId: string) {
  const { search } = await import('@sallyport/gateway/audit/search.ts')
  const { hits } = await search(folder, { request: requestId }, MOST_RECORDS)
  if (hits.length > 0) return hits.toReversed()
  throw new CommandFailure('noInput', `nothing is known of request \`${requestId}\``, {
    fix: 'check the id, and that this is the folder of the gateway that answered',
  })
}

function readKept(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const fix = 'name a file that holds one checkpoint that was kept'
    throw new CommandFailure('noInput', `\`${path}\` cannot be read`, { fix, cause })
  }
}

async function consistency(folder: string, output: string, kept: string): Promise<Written> {
  const { proveConsistency } = await import('@sallyport/gateway/audit/prove.ts')
  const proof = await proveConsistency(folder, kept).catch(inWords)
  const file = join(output, `${proof.log}-${proof.from}-${proof.to}.consistency`)
  writeFileSync(file, proof.offer)
  return { file, position: `${proof.log}: ${proof.to} records continue ${proof.from}` }
}

function inWords(error: unknown): never {
  throw new CommandFailure('findings', error instanceof Error ? error.message : String(error))
}
