// `sallyport config check`: every problem of the configuration at once, each with its place; 78 where there is one. And
// what is no problem and still to be known: relaxations, policies that wait for a role that nobody has.
import { join } from 'node:path'
import type { Finding } from '@sallyport/gateway/authorize/finding.ts'
import type { Config } from '@sallyport/gateway/config/schema.ts'
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { DEFAULT_CONFIG } from '../gateway/state-folder.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine, plainText } from '../terminal/plain-text.ts'

export const configCheck: Command<{ readonly config: string }> = {
  examples: [
    'sallyport config check',
    'sallyport config check --config /etc/sallyport/sallyport.yaml',
  ],
  define: (command) => {
    command.option('--config <file>', 'configuration file', DEFAULT_CONFIG)
  },
  run: async ({ options, terminal, json }) => {
    const { loadConfig } = await import('@sallyport/gateway/config/load.ts')
    const loaded = await loadConfig(options.config, terminal.environment)
    if ('problems' in loaded) {
      const { renderProblems } = await import('@sallyport/gateway/config/render-problems.ts')
      if (json) terminal.out(`${jsonText({ ok: false, problems: loaded.problems })}\n`)
      else terminal.out(plainText(renderProblems(loaded.problems, false)))
      return exitCode('configuration')
    }
    const { relaxations } = await import('@sallyport/gateway/config/relaxations.ts')
    const relaxed = relaxations(loaded.config)
    const warnings = await rolesMissing(loaded.config)
    if (json) {
      const { file, digest } = loaded
      const all = { ok: true, file, digest, relaxations: relaxed, warnings }
      terminal.out(`${jsonText(all)}\n`)
      return exitCode('ok')
    }
    for (const { path, meaning } of relaxed) {
      const label = terminal.style('note', 'yellow', 'relaxed:')
      terminal.note(`${label} ${plainLine(path)}: ${plainLine(meaning)}\n`)
    }
    for (const { file, line, column, text } of warnings) {
      const label = terminal.style('note', 'yellow', 'warning:')
      terminal.note(`${label} ${plainLine(`${file}:${line}:${column} ${text}`)}\n`)
    }
    terminal.out(`${plainLine(loaded.file)} is in order\n`)
    return exitCode('ok')
  },
}

/** None where the folder cannot be read: the start says why. */
async function rolesMissing({ policies, operators }: Config): Promise<readonly Finding[]> {
  const { readPolicyFiles } = await import('@sallyport/gateway/authorize/policy-files.ts')
  const files = await readPolicyFiles(policies.folder).catch(() => [])
  if (!files.some(({ text }) => text.includes('@approval'))) return []
  const { unknownRolesIn } = await import('@sallyport/gateway/authorize/approval/unknown-roles.ts')
  const roles = new Set(Object.keys(operators?.roles ?? {}))
  return unknownRolesIn(files, roles).map((found) => ({
    ...found,
    file: join(policies.folder, found.file),
  }))
}
