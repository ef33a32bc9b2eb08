// `sallyport config check`: every problem of the configuration at once, each with its place; 78 where there is one.
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
    if (json) {
      const { file, digest } = loaded
      terminal.out(`${jsonText({ ok: true, file, digest, relaxations: relaxed })}\n`)
      return exitCode('ok')
    }
    for (const { path, meaning } of relaxed) {
      const label = terminal.style('note', 'yellow', 'relaxed:')
      terminal.note(`${label} ${plainLine(path)}: ${plainLine(meaning)}\n`)
    }
    terminal.out(`${plainLine(loaded.file)} is in order\n`)
    return exitCode('ok')
  },
}
