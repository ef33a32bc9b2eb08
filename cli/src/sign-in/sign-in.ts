// From a bare URL to a grant: challenge → resource metadata → server metadata → client → authorize → token
// (MCP authorization; RFC 9728, 8414, 7591, 7636, 8707, 9207). The vocabulary is the gateway's oauth/.
import { prepareAuthorization } from '@sallyport/gateway/oauth/authorization-request.ts'
import { judgeCallback } from '@sallyport/gateway/oauth/authorization-response.ts'
import { OAuthFailure } from '@sallyport/gateway/oauth/failure.ts'
import { fetchResourceMetadata } from '@sallyport/gateway/oauth/resource-metadata.ts'
import { discoverServer } from '@sallyport/gateway/oauth/server-metadata.ts'
import { redeemCode } from '@sallyport/gateway/oauth/token.ts'
import type { Tokens } from '@sallyport/gateway/oauth/token.ts'
import { generateRandomCodeVerifier, generateRandomState } from 'oauth4webapi'
import { CommandFailure } from '../exit-codes.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { chooseClient } from './choose-client.ts'
import type { ClientChoice } from './choose-client.ts'
import { listenOnLoopback } from './loopback.ts'
import { oauthNetwork } from './oauth-network.ts'
import { probe } from './probe.ts'
import type { Grant } from './token-file.ts'

export type SignInWishes = {
  readonly client: ClientChoice
  /** Beside what the challenge asks for. */
  readonly scope: string | undefined
  /** Which of several authorization servers. */
  readonly issuer: string | undefined
  readonly endpointOrigins: readonly string[]
  readonly port: number
  readonly timeoutMs: number
  /** Brings the URL before the person's eyes. */
  readonly show: (url: URL) => Promise<void>
}

/** `undefined`: the server answers without a token, so there is nothing to sign in to. */
export async function signIn(
  url: URL,
  wishes: SignInWishes,
  folder: string,
  terminal: Terminal,
): Promise<Grant | undefined> {
  const challenge = await probe(url, terminal)
  if (challenge === undefined) return undefined
  const network = oauthNetwork(url, terminal)
  const metadata = await fetchResourceMetadata(url, challenge.resourceMetadata, network)
  const issuer = chooseIssuer(metadata.authorizationServers, wishes.issuer)
  const server = await discoverServer(issuer, wishes.endpointOrigins, network)
  const loopback = await listenOnLoopback(wishes.port)
  try {
    const asked = {
      redirectUri: loopback.redirectUri,
      resource: metadata.resource,
      scope: scopeOf(challenge.scope ?? metadata.scopesSupported?.join(' '), wishes.scope),
    }
    const client = await chooseClient(server, wishes.client, asked, folder, network, terminal)
    const { url: authorizeUrl, transaction } = await prepareAuthorization(server, client, {
      ...asked,
      state: generateRandomState(),
      codeVerifier: generateRandomCodeVerifier(),
    })
    await wishes.show(authorizeUrl)
    const callback = await loopback.wait(
      (answer) => {
        try {
          return judgeCallback(server, client, transaction, answer)
        } catch (failure) {
          // An answer to nobody's request (RFC 9700 §4.7) must not end the sign-in of the one who waits.
          if (failure instanceof OAuthFailure && failure.reason === 'mismatch') return undefined
          throw failure
        }
      },
      waitFor(wishes.timeoutMs, terminal),
    )
    const tokens = await redeemCode(server, client, transaction, callback, network)
    const { endpointOrigins } = wishes
    return {
      url: url.href,
      issuer,
      resource: metadata.resource,
      client,
      endpointOrigins,
      ...kept(tokens, terminal),
    }
  } finally {
    loopback.close()
  }
}

/** What of a token answer goes into the file. */
export function kept(
  tokens: Tokens,
  terminal: Pick<Terminal, 'nowMs'>,
): Pick<Grant, 'accessToken' | 'refreshToken' | 'expiresAtMs' | 'scope'> {
  const { accessToken, refreshToken, expiresInSeconds, scope } = tokens
  return {
    accessToken,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(expiresInSeconds === undefined
      ? {}
      : { expiresAtMs: terminal.nowMs() + expiresInSeconds * 1000 }),
    ...(scope === undefined ? {} : { scope }),
  }
}

function chooseIssuer(offered: readonly [string, ...string[]], wished: string | undefined): string {
  if (wished === undefined) return offered[0]
  if (offered.includes(wished)) return wished
  const fix = `use one of ${offered.map((issuer) => `\`${issuer}\``).join(', ')}`
  throw new CommandFailure('usage', `\`${wished}\` is no authorization server of this resource`, {
    fix,
  })
}

/** The union (MCP authorization: what was granted before is the client's task). */
function scopeOf(asked: string | undefined, wished: string | undefined): string | undefined {
  const scopes = new Set(
    `${asked ?? ''} ${wished ?? ''}`.split(' ').filter((scope) => scope !== ''),
  )
  return scopes.size === 0 ? undefined : [...scopes].join(' ')
}

function waitFor(timeoutMs: number, terminal: Terminal): AbortSignal {
  const timeout = new AbortController()
  setTimeout(() => {
    const fix = 'run it again, and open the address while it waits'
    timeout.abort(new CommandFailure('signIn', 'nobody signed in in time', { fix }))
  }, timeoutMs).unref()
  return AbortSignal.any([timeout.signal, terminal.interrupted])
}
