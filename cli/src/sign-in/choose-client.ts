// Who we are at this authorization server: the client id that the person gave, else the one registered there
// before, else a new registration (MCP authorization: pre-registered → registered).
import { prepareAuthorization } from '@sallyport/gateway/oauth/authorization-request.ts'
import type { RegisteredClient } from '@sallyport/gateway/oauth/client.ts'
import { OAuthFailure } from '@sallyport/gateway/oauth/failure.ts'
import type { OAuthNetwork } from '@sallyport/gateway/oauth/network.ts'
import { registerClient } from '@sallyport/gateway/oauth/registration.ts'
import type { ServerMetadata } from '@sallyport/gateway/oauth/server-metadata.ts'
import { generateRandomCodeVerifier, generateRandomState } from 'oauth4webapi'
import type { Terminal } from '../terminal/terminal.ts'
import { readSignIns, withClient, writeSignIns } from './token-file.ts'
import { withLock } from './token-lock.ts'

export type ClientChoice = {
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
}

/** What the person is about to be asked for. */
type Asked = {
  readonly redirectUri: string
  readonly resource: string
  readonly scope: string | undefined
}

const CLIENT_NAME = 'Sallyport command line'

export async function chooseClient(
  server: ServerMetadata,
  choice: ClientChoice,
  asked: Asked,
  folder: string,
  network: OAuthNetwork,
  terminal: Terminal,
): Promise<RegisteredClient> {
  const { issuer } = server
  if (choice.clientId !== undefined) {
    const authentication =
      choice.clientSecret === undefined
        ? ({ method: 'none' } as const)
        : ({ method: 'client_secret_basic', clientSecret: choice.clientSecret } as const)
    return { issuer, clientId: choice.clientId, authentication }
  }
  const { clients } = await readSignIns(folder)
  const stored = clients.find((client) => client.issuer === issuer)
  if (stored !== undefined && (await isKnown(server, stored, asked, network))) return stored
  const { client, reusable } = await register(server, asked.redirectUri, network)
  if (reusable) {
    await withLock(folder, terminal, async () => {
      await writeSignIns(folder, withClient(await readSignIns(folder), client))
    })
  }
  return client
}

/** A registration for any port of loopback (RFC 8252 §7.3) can be used again; one for this port cannot. */
async function register(
  server: ServerMetadata,
  redirectUri: string,
  network: OAuthNetwork,
): Promise<{ client: RegisteredClient; reusable: boolean }> {
  const anyPort = redirectUri.replace(/:\d+\//, '/')
  try {
    const request = { clientName: CLIENT_NAME, redirectUri: anyPort }
    return { client: await registerClient(server, request, network), reusable: true }
  } catch (failure) {
    const refused = failure instanceof OAuthFailure && failure.serverError?.error
    if (refused !== 'invalid_redirect_uri') throw failure
    const request = { clientName: CLIENT_NAME, redirectUri }
    return { client: await registerClient(server, request, network), reusable: false }
  }
}

/**
 * Asks with throw-away values whether the server still knows the registration and this redirect: one that
 * forgot answers an error page (RFC 6749 §4.1.2.1), which a person could do nothing about.
 */
async function isKnown(
  server: ServerMetadata,
  client: RegisteredClient,
  asked: Asked,
  network: OAuthNetwork,
): Promise<boolean> {
  const { url } = await prepareAuthorization(server, client, {
    ...asked,
    state: generateRandomState(),
    codeVerifier: generateRandomCodeVerifier(),
  })
  url.searchParams.delete('resource')
  url.searchParams.set('prompt', 'none')
  const request = { method: 'GET', headers: {}, redirect: 'manual' } as const
  const answer = await network.fetch(url.href, request).catch((cause: unknown) => {
    const detail = 'no answer from the authorization endpoint'
    throw new OAuthFailure('authorization', 'unreachable', detail, { cause })
  })
  return answer.status < 400
}
