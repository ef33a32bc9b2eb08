// `sallyport policy suggest`: permits that cover the recorded calls of a shadow run, with cases, as text for a person
// to read. Nothing is applied; it never writes into the folder that a gateway loads.
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Suggestion } from '@sallyport/gateway/authorize/suggest.ts'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { defineOffline, openOffline } from '../gateway/offline-policies.ts'
import type { OfflineOptions } from '../gateway/offline-policies.ts'
import { readCalls } from '../gateway/recorded-calls.ts'
import { showCall } from '../gateway/show-call.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine, plainText } from '../terminal/plain-text.ts'
import type { Terminal } from '../terminal/terminal.ts'

type SuggestOptions = OfflineOptions & {
  readonly from?: string
  readonly since?: string
  readonly by?: string
  readonly out?: string
}

export const policySuggest: Command<SuggestOptions> = {
  examples: [
    'sallyport policy suggest',
    'sallyport policy suggest --from /var/lib/sallyport/audit --since 7d --out ./proposal',
    'sallyport policy suggest --by roles --json',
  ],
  define: (command) => {
    command
      .option('--from <folder>', 'audit log with the calls; default: that of the configuration')
      .option('--since <time>', 'calls from then on: a time such as 2026-03-01, or 12h, 7d')
      .option('--by <tag>', 'the tag that groups people; default: the first of `groups`, `roles`')
      .option('--out <folder>', 'write suggested.cedar and suggested.test.yaml into a new folder')
    defineOffline(command)
  },
  run: async ({ options, terminal, json }) => {
    const { config, catalogue, settings } = await openOffline(options, true, terminal)
    if (config === undefined) throw new CommandFailure('usage', 'a configuration is needed')
    const out = options.out === undefined ? undefined : resolve(options.out)
    if (out !== undefined && out === resolve(config.policies.folder)) {
      const fix = 'name another folder, read what is proposed, and move what you accept'
      throw new CommandFailure('usage', `\`${options.out}\` is what the gateway loads`, { fix })
    }
    const folder = options.from ?? join(config.stateFolder, 'audit')
    const gathered = await readCalls(folder, options.since, terminal, false)
    if (gathered.requests === 0) {
      throw new CommandFailure('noInput', `there is no recorded call in \`${folder}\``)
    }
    const { suggest } = await import('@sallyport/gateway/authorize/suggest.ts')
    const tags = config.authorization.issuers.flatMap(({ tags: mapped }) => Object.keys(mapped))
    const by = options.by ?? ['groups', 'roles'].find((tag) => tags.includes(tag)) ?? tags[0]
    const suggestion = await suggest(gathered.calls, catalogue, {
      ...settings,
      by: by ?? 'groups',
      severalIssuers: config.authorization.issuers.length > 1,
    })
    if (out !== undefined) await write(out, suggestion)
    show(suggestion, gathered.cut, out, terminal, json)
    return exitCode('ok')
  },
}

async function write(folder: string, { policies, cases }: Suggestion): Promise<void> {
  await mkdir(folder, { recursive: true })
  const put = (name: string, text: string) =>
    writeFile(join(folder, name), text, { flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EEXIST' ? 'is there already' : 'cannot be written'
      throw new CommandFailure('usage', `\`${join(folder, name)}\` ${why}`, { cause })
    })
  await put('suggested.cedar', policies)
  await put('suggested.test.yaml', cases)
}

function show(
  suggestion: Suggestion,
  cut: boolean,
  out: string | undefined,
  terminal: Terminal,
  json: boolean,
): void {
  const { permits, policies, cases, covered, uncovered } = suggestion
  if (json) {
    const shown = permits.map(({ id, tools, from }) => ({
      id,
      tools,
      calls: from.reduce((sum, { count }) => sum + count, 0),
      requestIds: from.flatMap(({ requestIds }) => requestIds),
    }))
    terminal.out(`${jsonText({ permits: shown, policies, cases, covered, uncovered, cut })}\n`)
    return
  }
  if (out === undefined) terminal.out(plainText(policies))
  else terminal.note(`${plainLine(out)} has suggested.cedar and suggested.test.yaml\n`)
  const are = permits.length === 1 ? 'permit covers' : 'permits cover'
  terminal.note(`${permits.length} ${are} ${covered} recorded calls; nothing was applied\n`)
  for (const { call, why } of uncovered) {
    terminal.note(
      `${terminal.style('note', 'yellow', 'not covered:')} ${showCall(call)}: ${plainLine(why)}\n`,
    )
  }
  if (cut) terminal.note('there are more different calls than were looked at\n')
}
