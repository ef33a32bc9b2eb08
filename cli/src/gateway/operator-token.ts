// The operator's own access token for orders that need a role: the one that `sallyport login <gateway>` stored, found by
// the public URL that the running gateway names, refreshed where it is about to end. It travels over the admin socket
// alone and is never shown.
import type { Command } from 'commander'
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import { CommandFailure } from '../exit-codes.ts'
import { stringOf } from '../mcp/shape.ts'
import type { Grant } from '../sign-in/token-file.ts'
import { readSignIns, signInFolder } from '../sign-in/token-file.ts'
import { signedInTokens, tokenFromFile } from '../sign-in/tokens.ts'
import { shellWord } from '../terminal/shell-word.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { askGateway } from './admin-socket.ts'
import type { StateFolderOptions } from './state-folder.ts'
import { defineStateFolder, stateFolder } from './state-folder.ts'

export type OperatorOptions = StateFolderOptions & { readonly tokenFile?: string }

export function defineOperator(command: Command): void {
  defineStateFolder(command)
  command.option('--token-file <file>', 'file that holds your access token, instead of a sign-in')
}

/** An order that needs a role: `body` with the operator's own token beside it. */
export async function orderAsOperator(
  options: OperatorOptions,
  terminal: Terminal,
  path: string,
  body: JsonObject,
): Promise<JsonObject> {
  const folder = await stateFolder(options, terminal)
  const token = await operatorToken(folder, options, terminal)
  return askGateway(folder, 'POST', path, { ...body, token })
}

/** Rejects with CommandFailure where nobody is signed in to the gateway of this folder. */
async function operatorToken(
  folder: string,
  { tokenFile }: OperatorOptions,
  terminal: Terminal,
): Promise<string> {
  if (tokenFile !== undefined) return (await tokenFromFile(tokenFile).current()) ?? ''
  const publicUrl = stringOf((await askGateway(folder, 'GET', '/status'))['publicUrl']) ?? ''
  const { grants } = await readSignIns(signInFolder(terminal))
  const grant = grantOf(grants, publicUrl)
  const token = grant && (await signedInTokens(new URL(grant.url), terminal).current())
  if (token !== undefined) return token
  throw new CommandFailure('signIn', `you are not signed in to \`${publicUrl}\``, {
    fix: `run \`sallyport login ${shellWord(`${publicUrl}/mcp`)}\`: this order needs your own access token`,
  })
}

/** The sign-in for all targets where there is one, else for any of them: each proves the same person. */
function grantOf(grants: readonly Grant[], publicUrl: string): Grant | undefined {
  const base = `${publicUrl}/mcp`
  const ours = grants.filter(({ resource }) => resource === base || resource.startsWith(`${base}/`))
  return ours.find(({ resource }) => resource === base || resource === `${base}/`) ?? ours[0]
}
