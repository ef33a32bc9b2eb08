// `sallyport revoke`: ends what a person, a session or a token may do at this gateway, at once and until the
// tokens have ended by themselves. Asks before it does, for it cannot be undone.
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { askGateway } from '../gateway/admin-socket.ts'
import { defineStateFolder, stateFolder } from '../gateway/state-folder.ts'
import type { StateFolderOptions } from '../gateway/state-folder.ts'
import { jsonText } from '../terminal/exact-json.ts'

type RevokeOptions = StateFolderOptions & {
  readonly user?: string
  readonly session?: string
  readonly tokenId?: string
  readonly issuer?: string
  readonly reason: string
  readonly yes?: boolean
}

export const revoke: Command<RevokeOptions> = {
  examples: [
    'sallyport revoke --user bob --reason "left the company"',
    'sallyport revoke --session 7c1e --yes',
    'sallyport revoke --token-id 0b3f --issuer https://login.acme.example --yes',
  ],
  define: (command) => {
    command
      .option('--user <subject>', 'everything issued to this person until now')
      .option('--session <sid>', 'everything of this session')
      .option('--token-id <jti>', 'one token, by its id (never by its text)')
      .option('--issuer <url>', 'the issuer, where the gateway trusts several')
      .option('--reason <words>', 'for the record', 'not given')
      .option('-y, --yes', 'do not ask')
    defineStateFolder(command)
  },
  run: async ({ options, terminal, json, input }) => {
    const [what, order] = orderOf(options)
    const folder = await stateFolder(options, terminal)
    if (options.yes !== true) {
      const answer = input
        ? await terminal.ask(`Revoke ${what}? This cannot be undone. [y/N] `)
        : undefined
      if (answer === undefined) {
        throw new CommandFailure('usage', 'nobody is there to be asked', { fix: 'add --yes' })
      }
      if (!/^y(es)?$/i.test(answer.trim())) {
        terminal.note('Nothing was revoked.\n')
        return exitCode('ok')
      }
    }
    const answer = await askGateway(folder, 'POST', '/revoke', order)
    if (json) terminal.out(`${jsonText(answer)}\n`)
    else terminal.note(`Revoked ${what}.${seenIn(answer) ? '' : NOT_SEEN}\n`)
    return exitCode('ok')
  },
}

const NOT_SEEN =
  ' It holds; but nobody of that name has called since the gateway started: check how it is spelled.'

function seenIn(answer: unknown): boolean {
  return (answer as { readonly seen?: boolean }).seen !== false
}

function orderOf(options: RevokeOptions): [string, JsonObject] {
  const { user, session: sid, tokenId: jti, issuer, reason } = options
  const chosen = [
    { what: `person \`${user}\``, part: user === undefined ? undefined : { user } },
    { what: `session \`${sid}\``, part: sid === undefined ? undefined : { sid } },
    { what: `token \`${jti}\``, part: jti === undefined ? undefined : { jti } },
  ].filter(({ part }) => part !== undefined)
  const [only] = chosen
  if (only?.part === undefined || chosen.length > 1) {
    throw new CommandFailure('usage', 'exactly one of --user, --session and --token-id is needed')
  }
  return [only.what, { ...only.part, ...(issuer === undefined ? {} : { issuer }), reason }]
}
