// `sallyport serve`: the gateway in the foreground until a signal ends it. Its log goes to standard output, one JSON
// object per line, whatever the options; problems of the configuration go to standard error and end with 78.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { DEFAULT_CONFIG } from '../gateway/state-folder.ts'

export const serve: Command<{ readonly config: string; readonly takeOver?: boolean }> = {
  examples: [
    'sallyport serve',
    'sallyport serve --config /etc/sallyport/sallyport.yaml',
    'sallyport serve --take-over',
  ],
  define: (command) => {
    command.option('--config <file>', 'configuration file', DEFAULT_CONFIG)
    command.option(
      '--take-over',
      'take the place of the gateway that runs on the same ports and state folder, which drains and ends',
    )
  },
  run: async ({ options, terminal }) => {
    const gateway = await import('@sallyport/gateway/main.ts')
    const { takeOver = false } = options
    await gateway.serve(options.config, { takeOver }, ({ port, adminSocket }) => {
      terminal.note(
        `The gateway listens on port ${port}; the operator's socket is ${adminSocket}\n`,
      )
    })
    return exitCode('ok')
  },
}
