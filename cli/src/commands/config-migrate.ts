// `sallyport config migrate`: shows what a file has to be today, as a difference; `--write` writes it. A file that needs
// no edit gets the mark of its version and nothing else. What is written is judged before as a configuration.
import { resolve } from 'node:path'
import type { LineChange } from '@sallyport/gateway/config/line-diff.ts'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { refuseProblems } from '../gateway/refuse-problems.ts'
import { replaceFile } from '../gateway/replace-file.ts'
import { DEFAULT_CONFIG } from '../gateway/state-folder.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine, plainText } from '../terminal/plain-text.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { readText } from './call-arguments.ts'

export const configMigrate: Command<{ readonly config: string; readonly write?: boolean }> = {
  examples: [
    'sallyport config migrate',
    'sallyport config migrate --write --config /etc/sallyport/sallyport.yaml',
  ],
  define: (command) => {
    command
      .option('--config <file>', 'configuration file', DEFAULT_CONFIG)
      .option('--write', 'write the file as it is shown')
  },
  run: async ({ options, terminal, json }) => {
    const { config: path, write = false } = options
    const before = await readText(path, terminal)
    const { migrateConfig } = await import('@sallyport/gateway/config/migrate.ts')
    const migrated = migrateConfig(before, resolve(path))
    if ('problems' in migrated) return refuseProblems(path, migrated.problems, terminal)
    if ('newer' in migrated) {
      throw new CommandFailure('configuration', `\`${path}\` is of version ${migrated.newer}`, {
        fix: 'run the newer program that it was written for',
      })
    }
    const { text, diff, ...rest } = migrated
    const { parseConfig } = await import('@sallyport/gateway/config/load.ts')
    const judged = parseConfig(text, resolve(path), terminal.environment)
    if ('problems' in judged) return refuseProblems(path, judged.problems, terminal)
    const written = write && diff.length > 0
    if (written) await replaceFile(path, text)
    if (json) terminal.out(`${jsonText({ file: path, ...rest, diff: diffText(diff), written })}\n`)
    else {
      terminal.out(diffText(diff, terminal))
      tell({ ...rest, path, same: diff.length === 0, written }, terminal)
    }
    return exitCode('ok')
  },
}

function tell(
  {
    path,
    from,
    to,
    steps,
    meanings,
    same,
    written,
  }: {
    readonly path: string
    readonly from: number
    readonly to: number
    readonly steps: readonly string[]
    readonly meanings: readonly string[]
    readonly same: boolean
    readonly written: boolean
  },
  terminal: Terminal,
): void {
  const note = (line: string): void => terminal.note(`${plainLine(line)}\n`)
  if (steps.length > 0) note(`from version ${from} to ${to}:`)
  for (const step of steps) terminal.note(`  ${plainLine(step)}\n`)
  if (steps.length === 0) {
    note(
      `version ${to} has had no change that needs an edit${same ? '' : '; the file only gets its mark'}`,
    )
  }
  if (meanings.length > 0) note('without an edit, and otherwise than an older gateway took it:')
  for (const meaning of meanings) terminal.note(`  ${plainLine(meaning)}\n`)
  if (written) note(`${path} was written`)
  else if (!same) note('nothing was written; `--write` does')
}

const STYLES = { '+': 'green', '-': 'red', ' ': 'dim' } as const

function diffText(
  diff: readonly (LineChange | undefined)[],
  terminal?: Pick<Terminal, 'style'>,
): string {
  return diff
    .map((change) => {
      if (change === undefined) return '…\n'
      const { mark, line } = change
      const text = `${mark} ${plainText(line)}`.trimEnd()
      return `${terminal?.style('out', STYLES[mark], text) ?? text}\n`
    })
    .join('')
}
