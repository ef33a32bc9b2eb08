// `sallyport audit rotate-key`: a new checkpoint key, vouched for by the old one, which is then gone. Where the signer
// runs; it takes the new key into use by itself.
import { resolve } from 'node:path'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'
import { signerName } from './values.ts'

type RotateOptions = { readonly key: string; readonly name: string; readonly yes?: boolean }

export const auditRotateKey: Command<RotateOptions> = {
  examples: [
    'sallyport audit rotate-key --key ./signer/key --name gateway.acme.example/audit --yes',
  ],
  define: (command) => {
    command
      .requiredOption('--key <file>', 'the key of the signer')
      .requiredOption('--name <name>', 'as the signer was given it', signerName)
      .option('-y, --yes', 'do not ask')
  },
  run: async ({ options, terminal, json, input }) => {
    const keyFile = resolve(options.key)
    if (options.yes !== true) {
      const answer = input
        ? await terminal.ask(`Replace the key \`${keyFile}\`? The old one is then gone. [y/N] `)
        : undefined
      if (answer === undefined) {
        throw new CommandFailure('usage', 'nobody is there to be asked', { fix: 'add --yes' })
      }
      if (!/^y(es)?$/i.test(answer.trim())) {
        terminal.note('Nothing was changed.\n')
        return exitCode('ok')
      }
    }
    const { rotateKeys } = await import('@sallyport/gateway/audit/signer/keys.ts')
    try {
      const time = new Date(terminal.nowMs()).toISOString()
      const verifierKey = rotateKeys(keyFile, options.name, time).history.at(-1)?.key ?? ''
      terminal.out(json ? `${jsonText({ verifierKey })}\n` : `${verifierKey}\n`)
    } catch (cause) {
      const words = cause instanceof Error ? cause.message : 'unknown failure'
      throw new CommandFailure('noInput', plainLine(words), { cause })
    }
    return exitCode('ok')
  },
}
