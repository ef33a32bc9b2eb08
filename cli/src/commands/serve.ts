// `sallyport serve`: the gateway in the foreground until a signal ends it. Its log goes to standard output, one JSON
// object per line, whatever the options; problems of the configuration go to standard error and end with 78.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { DEFAULT_CONFIG } from '../gateway/state-folder.ts'

export const serve: Command<{ readonly config: string }> = {
  examples: ['sallyport serve', 'sallyport serve --config /etc/sallyport/sallyport.yaml'],
  define: (command) => {
    command.option('--config <file>', 'configuration file', DEFAULT_CONFIG)
  },
  run: async ({ options, terminal }) => {
    const gateway = await import('@sallyport/gateway/main.ts')
    await gateway.serve(options.config, ({ port, adminSocket }) => {
      terminal.note(
        `The gateway listens on port ${port}; the operator's socket is ${adminSocket}\n`,
      )
    })
    return exitCode('ok')
  },
}
