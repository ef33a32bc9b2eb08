// `sallyport logout <url>`: revokes the tokens where the server offers it (RFC 7009), and forgets them either way.
import { discoverServer } from '@sallyport/gateway/oauth/server-metadata.ts'
import { revokeToken } from '@sallyport/gateway/oauth/revocation.ts'
import { OAuthFailure } from '@sallyport/gateway/oauth/failure.ts'
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { serverUrl } from '../mcp/exchange.ts'
import { oauthNetwork } from '../sign-in/oauth-network.ts'
import {
  grantFor,
  readSignIns,
  signInFolder,
  withoutGrant,
  writeSignIns,
} from '../sign-in/token-file.ts'
import type { Grant } from '../sign-in/token-file.ts'
import { withLock } from '../sign-in/token-lock.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainText } from '../terminal/plain-text.ts'
import type { Terminal } from '../terminal/terminal.ts'

export const logout: Command<object> = {
  examples: ['sallyport logout https://gate.acme.example/mcp'],
  define: (command) => {
    command.argument('<url>', 'address of the MCP server')
  },
  run: async ({ args, terminal, json }) => {
    const url = serverUrl(args[0])
    const folder = signInFolder(terminal)
    return withLock(folder, terminal, async () => {
      const signIns = await readSignIns(folder)
      const grant = grantFor(signIns, url)
      const revoked = grant === undefined ? [] : await revoke(grant, terminal)
      if (grant !== undefined) await writeSignIns(folder, withoutGrant(signIns, grant))
      if (json)
        terminal.out(`${jsonText({ url: url.href, wasSignedIn: grant !== undefined, revoked })}\n`)
      else if (grant === undefined) terminal.note('There was no sign-in.\n')
      else terminal.note(revoked.length > 0 ? 'Signed out.\n' : 'Signed out on this machine.\n')
      return exitCode('ok')
    })
  },
}

/** What the server revoked. A server that cannot be asked must not keep the person from forgetting. */
async function revoke(grant: Grant, terminal: Terminal): Promise<readonly string[]> {
  const network = oauthNetwork(new URL(grant.url), terminal)
  const revoked: string[] = []
  try {
    const server = await discoverServer(grant.issuer, grant.endpointOrigins, network)
    // The refresh token first: with it the whole grant goes (RFC 7009 §2.1).
    if (grant.refreshToken !== undefined) {
      await revokeToken(server, grant.client, grant.refreshToken, 'refresh_token', network)
      revoked.push('refresh_token')
    }
    await revokeToken(server, grant.client, grant.accessToken, 'access_token', network)
    revoked.push('access_token')
  } catch (failure) {
    if (!(failure instanceof OAuthFailure)) throw failure
    terminal.note(`${plainText(remains(failure, grant))}\n`)
  }
  return revoked
}

/** What is left after a revocation that did not go through. */
function remains(failure: OAuthFailure, grant: Grant): string {
  const end =
    grant.expiresAtMs === undefined ? 'its end' : new Date(grant.expiresAtMs).toISOString()
  const why = failure.serverError?.description ?? failure.message
  return `The access token that was issued stays good until ${end} (${why}).`
}
