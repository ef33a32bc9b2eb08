// Canned answers for the OAuth vocabulary: a network that knows URLs, and keeps what was sent to them.
import type { OAuthNetwork } from '../../src/oauth/network.ts'
import type { ServerMetadata } from '../../src/oauth/server-metadata.ts'

export type Sent = {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Answers by URL; a URL that is not listed is 404. A function may throw, like a broken connection. */
export function cannedNetwork(
  answers: Readonly<Record<string, () => Response>>,
  allowLoopbackHttp = false,
): { readonly network: OAuthNetwork; readonly sent: Sent[] } {
  const sent: Sent[] = []
  const network: OAuthNetwork = {
    allowLoopbackHttp,
    fetch: async (url, { method, headers, body }) => {
      sent.push({ url, method, headers, body: String(body ?? '') })
      return answers[url]?.() ?? new Response('not found', { status: 404 })
    },
  }
  return { network, sent }
}

export function json(value: unknown, status = 200): () => Response {
  return () => Response.json(value, { status })
}

export const ISSUER = 'https://login.acme.example'
export const RESOURCE = 'https://gate.acme.example/mcp'

export const SERVER_DOCUMENT = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  registration_endpoint: `${ISSUER}/register`,
  revocation_endpoint: `${ISSUER}/revoke`,
  response_types_supported: ['code'],
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
}

export const SERVER: ServerMetadata = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  registration_endpoint: `${ISSUER}/register`,
  revocation_endpoint: `${ISSUER}/revoke`,
  authorization_response_iss_parameter_supported: true,
}

/** The failure that a promise ends with, for a look at its fields. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (failure) {
    return failure
  }
  throw new Error('it did not fail')
}
