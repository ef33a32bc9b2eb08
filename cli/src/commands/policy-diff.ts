// `sallyport policy diff <old> <new>`: what another policy set would have done with the calls in the audit log.
// Nothing is applied, and no gateway has to run.
import { join } from 'node:path'
import type { ChangedCall, PolicyDiff } from '@sallyport/gateway/authorize/policy-diff.ts'
import type { Gathered } from '@sallyport/gateway/authorize/recorded-call.ts'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { defineOffline, openOffline, openSet, policiesOf } from '../gateway/offline-policies.ts'
import type { OfflineOptions } from '../gateway/offline-policies.ts'
import { readCalls } from '../gateway/recorded-calls.ts'
import { showCall } from '../gateway/show-call.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'
import { table } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'

type DiffOptions = OfflineOptions & {
  readonly against?: string
  readonly since?: string
  readonly exitCode?: true
}

export const policyDiff: Command<DiffOptions> = {
  examples: [
    'sallyport policy diff ./policies ./policies-next',
    'sallyport policy diff ./policies ./policies-next --since 7d --json',
    'sallyport policy diff main/policies ./policies --against /var/lib/sallyport/audit --exit-code',
  ],
  define: (command) => {
    command
      .argument('<old>', 'folder with the policies of now')
      .argument('<new>', 'folder with the policies to be')
      .option('--against <folder>', 'audit log with the calls; default: that of the configuration')
      .option('--since <time>', 'calls from then on: a time such as 2026-03-01, or 12h, 7d')
      .option('--exit-code', 'end with 65 where a call would be answered otherwise')
    defineOffline(command)
  },
  run: async ({ args, options, terminal, json }) => {
    const [before = '', after = ''] = args
    const needed = options.against === undefined
    const around = await openOffline(options, needed, terminal)
    const sets = [await policiesOf(before), await policiesOf(after)] as const
    const folder = options.against ?? join(around.config?.stateFolder ?? '', 'audit')
    const old = await openSet(before, sets[0], around)
    const next = await openSet(after, sets[1], around, old)
    const { compareSets, readsContext } =
      await import('@sallyport/gateway/authorize/policy-diff.ts')
    const context = readsContext(old) || readsContext(next)
    const gathered = await readCalls(folder, options.since, terminal, context)
    if (gathered.requests === 0) {
      const fix = 'name another log with --against, or an earlier time with --since'
      throw new CommandFailure('noInput', `there is no recorded call in \`${folder}\``, { fix })
    }
    const diff = compareSets(old, next, gathered.calls)
    terminal.out(
      json
        ? `${jsonText({ requests: gathered.requests, cut: gathered.cut, ...diff })}\n`
        : shown(diff, gathered, terminal),
    )
    const { 'newly denied': denied, 'newly allowed': allowed } = diff.counts
    return exitCode(options.exitCode === true && denied + allowed > 0 ? 'findings' : 'ok')
  },
}

const COLOR = {
  'newly denied': 'red',
  'newly allowed': 'green',
  'changed reason': 'dim',
  'not decidable': 'yellow',
} as const
const MAX_SHOWN = 50

function shown(diff: PolicyDiff, gathered: Gathered, terminal: Terminal): string {
  const { changes, counts, answeredOtherwise } = diff
  const rows = Object.entries(counts).map(([change, count]) => [String(count), change])
  const lines = changes.slice(0, MAX_SHOWN).map((changed) => changedLines(changed, terminal))
  const notes = [
    changes.length > MAX_SHOWN ? `and ${changes.length - MAX_SHOWN} more; --json has all` : '',
    gathered.cut ? 'there are more different calls than were looked at' : '',
    answeredOtherwise === 0
      ? ''
      : `${answeredOtherwise} of the calls had another answer then than the old set gives now`,
  ].filter((note) => note !== '')
  return [
    `${plainLine(`${gathered.requests} recorded calls`)}\n`,
    table(rows, '  '),
    ...lines.map((text) => `\n${text}`),
    ...notes.map((note) => `${note}\n`),
  ].join('')
}

function changedLines({ change, call, before, after, because }: ChangedCall, terminal: Terminal) {
  const sides =
    before === undefined || after === undefined
      ? []
      : [
          ['', 'before', sideWords(before)],
          ['', 'after', sideWords(after)],
        ]
  const head = terminal.style('out', COLOR[change], change)
  return `${head}  ${showCall(call)}\n${table(
    [
      ...sides,
      ...because.map((reason) => ['', 'because', reason]),
      ['', 'seen', call.requestIds.join(' ')],
    ],
    '',
  )}`
}

function sideWords({ decision, code, deciding }: NonNullable<ChangedCall['before']>): string {
  const word = code === 'authorize.needs_approval' ? 'needs approval' : decision
  return deciding.length === 0 ? word : `${word}, by ${deciding.join(' and ')}`
}
