// `sallyport config fmt`: the configuration in one form, comments kept. It changes no value, so that a gateway that runs
// takes no notice. `--check` writes nothing and ends with 65 where the form is another.
import { resolve } from 'node:path'
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { refuseProblems } from '../gateway/refuse-problems.ts'
import { replaceFile } from '../gateway/replace-file.ts'
import { DEFAULT_CONFIG } from '../gateway/state-folder.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'
import { readText } from './call-arguments.ts'

export const configFmt: Command<{ readonly config: string; readonly check?: boolean }> = {
  examples: [
    'sallyport config fmt',
    'sallyport config fmt --check --config /etc/sallyport/sallyport.yaml',
    'sallyport config fmt --config - < sallyport.yaml',
  ],
  define: (command) => {
    command
      .option(
        '--config <file>',
        'configuration file; `-` reads standard input and writes standard output',
        DEFAULT_CONFIG,
      )
      .option('--check', 'write nothing, and say whether the form is another')
  },
  run: async ({ options, terminal, json }) => {
    const { config: path, check = false } = options
    const before = await readText(path, terminal)
    const { formatConfig } = await import('@sallyport/gateway/config/format.ts')
    const formatted = formatConfig(before, resolve(path))
    if ('problems' in formatted) return refuseProblems(path, formatted.problems, terminal)
    const { text } = formatted
    const changed = text !== before
    if (!check && path !== '-' && changed) await replaceFile(path, text)
    if (json) {
      const more = path === '-' && !check ? { text } : {}
      terminal.out(`${jsonText({ file: path, changed, written: changed && !check, ...more })}\n`)
    } else if (path === '-' && !check) terminal.out(text)
    else terminal.note(`${plainLine(path)} ${words(changed, check)}\n`)
    return exitCode(check && changed ? 'findings' : 'ok')
  },
}

function words(changed: boolean, check: boolean): string {
  if (!changed) return 'has its form already'
  return check ? 'has another form: run `sallyport config fmt`' : 'was brought into form'
}
