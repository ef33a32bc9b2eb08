// `sallyport audit signer`: the process that holds the checkpoint key, in the foreground until a signal ends it. Run it
// as a user of its own, so that nobody who takes over the gateway can read the key.
import { resolve } from 'node:path'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'
import { signerName } from './values.ts'

type SignerOptions = {
  readonly key: string
  readonly socket: string
  readonly name: string
  readonly group?: boolean
}

export const auditSigner: Command<SignerOptions> = {
  examples: [
    'sallyport audit signer --key ./signer/key --socket ./signer/socket --name gateway.acme.example/audit',
  ],
  define: (command) => {
    command
      .requiredOption('--key <file>', 'the key; made where there is none')
      .requiredOption('--socket <path>', 'where the gateway asks for signatures')
      .requiredOption(
        '--name <name>',
        'what its logs are called: the host of the gateway and a path',
        signerName,
      )
      .option('--group', 'lets the group of the socket connect, not its owner alone')
  },
  run: async ({ options, terminal, json }) => {
    const { takeHold } = await import('@sallyport/gateway/store/sqlite/take-hold.ts')
    const { startSigner } = await import('@sallyport/gateway/audit/signer/signer.ts')
    const signer = await startSigner({
      keyFile: resolve(options.key),
      socket: resolve(options.socket),
      name: options.name,
      takeHold,
      groupMayConnect: options.group === true,
    }).catch((cause: unknown) => {
      const words = cause instanceof Error ? cause.message : 'unknown failure'
      throw new CommandFailure('failed', plainLine(words), { cause })
    })
    const verifierKey = signer.verifierKey()
    terminal.out(json ? `${jsonText({ verifierKey })}\n` : `${verifierKey}\n`)
    terminal.note('Signing. Keep the line above where the gateway cannot write. Ctrl-C ends it.\n')
    await new Promise<void>((done) => {
      if (terminal.interrupted.aborted) done()
      terminal.interrupted.addEventListener('abort', () => done())
      // Whoever started it with a channel is gone.
      process.once('disconnect', done)
    })
    await signer.close()
    // The channel would keep the process.
    if (process.connected) process.disconnect()
    return exitCode('ok')
  },
}
