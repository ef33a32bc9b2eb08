// `sallyport config show`: the configuration as the gateway would take it: defaults written out, secrets redacted.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { loadChecked } from '../gateway/load-checked.ts'
import { DEFAULT_CONFIG } from '../gateway/state-folder.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainText } from '../terminal/plain-text.ts'

export const configShow: Command<{ readonly config: string }> = {
  examples: ['sallyport config show', 'sallyport config show --config sallyport.yaml --json'],
  define: (command) => {
    command.option('--config <file>', 'configuration file', DEFAULT_CONFIG)
  },
  run: async ({ options, terminal, json }) => {
    const { config } = await loadChecked(options.config, terminal)
    const { redacted, showConfig } = await import('@sallyport/gateway/config/show.ts')
    terminal.out(json ? `${jsonText(redacted(config))}\n` : plainText(showConfig(config)))
    return exitCode('ok')
  },
}
