// `sallyport audit verify`: whether the log is what was written: hashes, sequence, orphans, and the tree against every
// checkpoint, those of the folder and those that were kept elsewhere. Reads files alone, so it works on a copy and
// without a gateway. 65 where something does not hold.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { showVerification } from '../gateway/show-verification.ts'
import { defineStateFolder, stateFolder } from '../gateway/state-folder.ts'
import type { StateFolderOptions } from '../gateway/state-folder.ts'
import { jsonText } from '../terminal/exact-json.ts'

type VerifyOptions = StateFolderOptions & {
  readonly checkpoint: readonly string[]
  readonly key: readonly string[]
  readonly witness: readonly string[]
}

export const auditVerify: Command<VerifyOptions> = {
  examples: [
    'sallyport audit verify',
    'sallyport audit verify --key "$KEY" --checkpoint /mnt/elsewhere/anchors',
    'sallyport audit verify --key "$KEY" --witness "$WITNESS"',
    'sallyport audit verify ./copy-of-audit --json',
  ],
  define: (command) => {
    command
      .argument('[folder]', 'folder of the log; otherwise `audit` in the state folder')
      .option(
        '--checkpoint <file>',
        'checkpoints that were kept elsewhere, a file or a folder; may be repeated',
        collect,
        [],
      )
      .option(
        '--key <verifier-key>',
        'public key of the signer that you kept elsewhere; may be repeated',
        collect,
        [],
      )
      .option(
        '--witness <verifier-key>',
        'public key of a witness that must have seen the logs; may be repeated',
        collect,
        [],
      )
    defineStateFolder(command)
  },
  run: async ({ args, options, terminal, json }) => {
    const [named] = args
    const folder =
      named === undefined ? join(await stateFolder(options, terminal), 'audit') : resolve(named)
    const missing = options.checkpoint.find((path) => !existsSync(path))
    if (missing !== undefined) throw new CommandFailure('noInput', `there is no \`${missing}\``)
    const { verifyLog } = await import('@sallyport/gateway/audit/verify.ts')
    const { isVerifierKey } = await import('@sallyport/gateway/audit/verify/trust.ts')
    const bad = options.key.find((key) => !isVerifierKey(key, 'signer'))
    if (bad !== undefined) {
      throw new CommandFailure('usage', `\`${bad}\` is no verifier key of a signer`, {
        fix: 'expected <name>+<id>+<base64>, as the signer printed it when it started',
      })
    }
    const badWitness = options.witness.find((key) => !isVerifierKey(key, 'witness'))
    if (badWitness !== undefined) {
      throw new CommandFailure('usage', `\`${badWitness}\` is no verifier key of a witness`, {
        fix: 'expected <name>+<id>+<base64>, as `audit.anchors` of the configuration has it',
      })
    }
    const report = await verifyLog(folder, {
      checkpoints: options.checkpoint,
      keys: options.key,
      witnesses: options.witness,
    })
    terminal.out(json ? `${jsonText(report)}\n` : showVerification(report, terminal))
    return exitCode(report.ok ? 'ok' : 'findings')
  },
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}
