// Tokens of a sign-in, refreshed under the lock: whoever gets the lock second finds the new token in the file
// and does not spend the refresh token again (rotation: RFC 9700 §4.14.2).
import { readFile } from 'node:fs/promises'
import { OAuthFailure } from '@sallyport/gateway/oauth/failure.ts'
import { discoverServer } from '@sallyport/gateway/oauth/server-metadata.ts'
import { refreshTokens } from '@sallyport/gateway/oauth/token.ts'
import { CommandFailure } from '../exit-codes.ts'
import type { TokenSource } from '../mcp/client.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { oauthNetwork } from './oauth-network.ts'
import { asCommandFailure } from './oauth-message.ts'
import { kept } from './sign-in.ts'
import {
  grantFor,
  readSignIns,
  signInFolder,
  withGrant,
  withoutGrant,
  writeSignIns,
} from './token-file.ts'
import type { Grant } from './token-file.ts'
import { withLock } from './token-lock.ts'

/** A token is renewed this long before it ends. */
const EARLY_MS = 30_000

/** Tokens for `url` from the file of sign-ins. */
export function signedInTokens(url: URL, terminal: Terminal): TokenSource {
  const folder = signInFolder(terminal)
  const stored = async () => grantFor(await readSignIns(folder), url)
  return {
    current: async () => {
      const grant = await stored()
      if (grant === undefined || !isEnding(grant, terminal)) return grant?.accessToken
      // A token that cannot be renewed is tried to its end; the server's own 401 says the rest.
      return (await renew(grant.accessToken)) ?? grant.accessToken
    },
    renewed: (refused) => renew(refused),
  }

  async function renew(refused: string): Promise<string | undefined> {
    if ((await stored())?.refreshToken === undefined) return undefined
    return withLock(folder, terminal, async () => {
      const grant = await stored()
      if (grant === undefined || grant.accessToken !== refused) return grant?.accessToken
      if (grant.refreshToken === undefined) return undefined
      return refresh(grant, grant.refreshToken, folder, terminal)
    })
  }
}

/** One token out of a file that the person names (machine clients, scripts). */
export function tokenFromFile(path: string): TokenSource {
  return {
    current: async () => {
      const text = await readFile(path, 'utf8').catch((cause: unknown) => {
        throw new CommandFailure('noInput', `\`${path}\` cannot be read`, { cause })
      })
      return text.trim()
    },
    renewed: async () => undefined,
  }
}

function isEnding(grant: Grant, terminal: Terminal): boolean {
  return grant.expiresAtMs !== undefined && grant.expiresAtMs - EARLY_MS < terminal.nowMs()
}

async function refresh(
  grant: Grant,
  refreshToken: string,
  folder: string,
  terminal: Terminal,
): Promise<string | undefined> {
  const network = oauthNetwork(new URL(grant.url), terminal)
  try {
    const server = await discoverServer(grant.issuer, grant.endpointOrigins, network)
    const { client, resource } = grant
    const tokens = await refreshTokens(server, client, refreshToken, resource, network)
    const { refreshToken: _spent, expiresAtMs: _ended, ...lasting } = grant
    const next = { ...lasting, ...kept(tokens, terminal) }
    await writeSignIns(folder, withGrant(await readSignIns(folder), next))
    return next.accessToken
  } catch (failure) {
    if (failure instanceof OAuthFailure && failure.serverError?.error === 'invalid_grant') {
      // The grant is over: kept, it would be spent again and again.
      await writeSignIns(folder, withoutGrant(await readSignIns(folder), grant))
    }
    throw asCommandFailure(failure)
  }
}
