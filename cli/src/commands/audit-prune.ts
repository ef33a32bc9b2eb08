// `sallyport audit prune`: removes whole files of records that are older than a date and keeps what their proofs need.
// Works on files, beside a gateway that runs or without one; asks before it does.
import { dirname, join, resolve } from 'node:path'
import type { PruneReport } from '@sallyport/gateway/audit/prune.ts'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { askGateway } from '../gateway/admin-socket.ts'
import { loadChecked } from '../gateway/load-checked.ts'
import { defineStateFolder, stateFolder } from '../gateway/state-folder.ts'
import type { StateFolderOptions } from '../gateway/state-folder.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'
import { table } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'

type PruneOptions = StateFolderOptions & {
  readonly before: string
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly signer?: string
}

export const auditPrune: Command<PruneOptions> = {
  examples: [
    'sallyport audit prune --before 2025-04-01 --dry-run',
    'sallyport audit prune --before 2025-04-01 --yes',
  ],
  define: (command) => {
    command
      .requiredOption('--before <date>', 'files whose last record is older, ISO 8601, UTC')
      .option('--dry-run', 'say what would go, and remove nothing')
      .option('-y, --yes', 'do not ask')
      .option('--signer <socket>', 'who signs that they went by order, with --state-folder')
    defineStateFolder(command)
  },
  run: async ({ options, terminal, json, input }) => {
    const beforeMs = Date.parse(options.before)
    if (Number.isNaN(beforeMs)) {
      throw new CommandFailure('usage', `\`${options.before}\` is no date`)
    }
    const { askSigner, planPrune, prune } = await import('@sallyport/gateway/audit/prune.ts')
    const { folder, sinks, signer } = await auditOf(options, terminal)
    const plan = await planPrune(folder, beforeMs, sinks)
    const removes = options.dryRun !== true && plan.segments.length > 0
    if (removes && signer === undefined) {
      throw new CommandFailure('usage', 'nobody is there to sign that they were pruned by order', {
        fix: 'name the socket of `sallyport audit signer` under `audit.signer`, or with --signer',
      })
    }
    if (removes && options.yes !== true) {
      const question = `${shown(plan)}Remove these? Their records cannot be had back. [y/N] `
      const answer = input ? await terminal.ask(question) : undefined
      if (answer === undefined) {
        throw new CommandFailure('usage', 'nobody is there to be asked', { fix: 'add --yes' })
      }
      if (!/^y(es)?$/i.test(answer.trim())) {
        terminal.note('Nothing was removed.\n')
        return exitCode('ok')
      }
    }
    if (removes && signer !== undefined) {
      await tell(folder, options.before, plan, terminal)
      await prune(folder, plan.segments, askSigner(signer)).catch((cause: unknown) => {
        const words = cause instanceof Error ? cause.message : 'unknown failure'
        throw new CommandFailure('failed', plainLine(words), { cause })
      })
    }
    terminal.out(json ? `${jsonText({ ...plan, removed: removes })}\n` : shown(plan))
    if (!json) terminal.note(removes ? 'Removed.\n' : 'Nothing was removed.\n')
    return exitCode('ok')
  },
}

/** A gateway that runs writes it into its log, before it is done. */
async function tell(
  folder: string,
  before: string,
  { segments }: PruneReport,
  terminal: Terminal,
): Promise<void> {
  const ends = new Map(segments.map(({ log, end }) => [log, end]))
  const logs = [...ends].map(([log, until]) => ({ log, until }))
  try {
    await askGateway(dirname(folder), 'POST', '/audit/prune', { before, logs })
  } catch (failure) {
    if (!(failure instanceof CommandFailure) || failure.exit !== 'unreachable') throw failure
    terminal.note('No gateway runs that would record it: what the signer signs says it alone.\n')
  }
}

/** The configuration says which sinks count; without it, all do that the logs name. */
async function auditOf(
  options: PruneOptions,
  terminal: Terminal,
): Promise<{
  readonly folder: string
  readonly sinks: readonly string[] | undefined
  readonly signer: string | undefined
}> {
  const given = options.signer === undefined ? undefined : resolve(options.signer)
  if (options.stateFolder !== undefined) {
    const folder = join(await stateFolder(options, terminal), 'audit')
    return { folder, sinks: undefined, signer: given }
  }
  const { config } = await loadChecked(options.config, terminal, 'not needed')
  const { sinks, signer } = config.audit
  return {
    folder: join(config.stateFolder, 'audit'),
    sinks: Object.keys(sinks),
    signer: given ?? signer?.socket,
  }
}

function shown({ segments, kept }: PruneReport): string {
  const rows = segments.map(({ file, records, until }) => [
    file,
    `${records} records`,
    `until ${until}`,
  ])
  return table([...rows, ...kept.map(({ file, why }) => [file, 'stays', why])])
}
