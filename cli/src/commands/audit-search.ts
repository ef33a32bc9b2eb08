// `sallyport audit search`: records by person, tool, time, outcome and the like, latest first, a page at a time. Reads
// files alone; the first search makes an index beside them.
import { join } from 'node:path'
import type { Hit } from '@sallyport/gateway/audit/search.ts'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { defineStateFolder, stateFolder } from '../gateway/state-folder.ts'
import type { StateFolderOptions } from '../gateway/state-folder.ts'
import { objectOf, stringOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { shellWord } from '../terminal/shell-word.ts'
import { table } from '../terminal/table.ts'

type SearchOptions = StateFolderOptions & {
  readonly person?: string
  readonly tool?: string
  readonly target?: string
  readonly client?: string
  readonly outcome?: string
  readonly code?: string
  readonly kind?: string
  readonly request?: string
  readonly from?: string
  readonly until?: string
  readonly limit: string
  readonly before?: string
}

const MAX_LIMIT = 10_000

export const auditSearch: Command<SearchOptions> = {
  examples: [
    'sallyport audit search --person alice --from 2026-04-01',
    'sallyport audit search --tool market___set_alert --outcome tool_error --limit 20',
    'sallyport audit search --code authorize.policy_denied --json',
  ],
  define: (command) => {
    command
      .option('--person <subject>', 'whom it is about; not found once they were erased')
      .option('--tool <name>', 'as clients see it: <target>___<tool>')
      .option('--target <name>', 'any tool of this target')
      .option('--client <id>', 'OAuth client that called')
      .option('--outcome <class>', 'how calls ended: ok, tool_error, timeout, …')
      .option('--code <code>', 'why they were refused, as in the list of errors')
      .option('--kind <kind>', 'kind of the record')
      .option('--request <id>', 'one request')
      .option('--from <time>', 'this time and later, ISO 8601, UTC where no zone is named')
      .option('--until <time>', 'before this time')
      .option('--limit <n>', 'records on one page', '50')
      .option('--before <position>', 'the next page, as the page before names it')
    defineStateFolder(command)
  },
  run: async ({ options, terminal, json }) => {
    const { config: _config, stateFolder: _folder, from, until, limit, before, ...texts } = options
    const most = Number(limit)
    if (!Number.isSafeInteger(most) || most < 1 || most > MAX_LIMIT) {
      throw new CommandFailure('usage', `\`${limit}\` is no number from 1 to ${MAX_LIMIT}`)
    }
    const { parsePosition, positionText } = await import('@sallyport/gateway/audit/position.ts')
    if (before !== undefined && parsePosition(before) === undefined) {
      throw new CommandFailure('usage', `\`${before}\` is no position`)
    }
    const { search } = await import('@sallyport/gateway/audit/search.ts')
    const folder = join(await stateFolder(options, terminal), 'audit')
    const question = { ...texts, fromMs: timeOf(from), untilMs: timeOf(until) }
    const { hits, next } = await search(folder, question, most, before)
    if (json) {
      const records = hits.map((hit) => ({ position: positionText(hit), ...hit }))
      terminal.out(`${jsonText({ records, ...(next === undefined ? {} : { next }) })}\n`)
    } else {
      terminal.out(table(hits.map((hit) => [...rowOf(hit), positionText(hit)])))
      if (next !== undefined) terminal.note(`There are more: --before ${shellWord(next)}\n`)
    }
    return exitCode('ok')
  },
}

function rowOf({ record, call }: Hit): readonly string[] {
  const kind = stringOf(record['kind']) ?? ''
  const state = stringOf(objectOf(record['detail'])?.['state']) ?? ''
  const how = kind === 'refusal' ? (stringOf(record['code']) ?? '') : call.outcome || state
  return [
    stringOf(record['time']) ?? '',
    kind,
    call.person,
    call.client,
    call.tool,
    how,
    stringOf(record['requestId']) ?? '',
  ]
}

function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const hasZone = /(Z|[+-]\d\d:?\d\d)$|^\d{4}-\d\d-\d\d$/.test(text)
  const ms = Date.parse(hasZone ? text : `${text}Z`)
  if (!Number.isNaN(ms)) return ms
  throw new CommandFailure('usage', `\`${text}\` is no time`, {
    fix: 'expected for example 2026-04-01 or 2026-04-01T06:00',
  })
}
