// How this vocabulary reaches the network: through a fetch that its user brings, and only to URLs that
// an OAuth client may go to (RFC 6749 §3.1, §3.2: TLS; MCP authorization: https, or http on loopback).
// Size caps, deadlines and address rules are the business of the fetch.
import { allowInsecureRequests, customFetch } from 'oauth4webapi'
import { OAuthFailure } from './failure.ts'
import type { OAuthStep } from './failure.ts'

/** A `fetch` that follows no redirect and caps the body. */
export type OAuthFetch = (
  url: string,
  request: {
    readonly method: string
    readonly headers: Readonly<Record<string, string>>
    readonly body?: URLSearchParams | string
    readonly redirect: 'manual'
    readonly signal?: AbortSignal
  },
) => Promise<Response>

export type OAuthNetwork = {
  readonly fetch: OAuthFetch
  /** Whether plain http to a loopback host is acceptable: only where the resource itself is on loopback. */
  readonly allowLoopbackHttp: boolean
}

/** The one gate for URLs that a server named: http(s), no userinfo, TLS unless on an acceptable loopback. */
export function acceptableUrl(
  text: unknown,
  step: OAuthStep,
  what: string,
  network: Pick<OAuthNetwork, 'allowLoopbackHttp'>,
): URL {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) throw new OAuthFailure(step, 'not_conform', `${what} is no absolute URL`)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new OAuthFailure(
      step,
      'unacceptable_url',
      `${what} must be http(s), not \`${url.protocol}\``,
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw new OAuthFailure(step, 'unacceptable_url', `${what} must not carry credentials`)
  }
  if (url.protocol === 'http:' && !(network.allowLoopbackHttp && isLoopback(url))) {
    throw new OAuthFailure(step, 'unacceptable_url', `${what} must be https: \`${url.origin}\``)
  }
  return url
}

/** Loopback by name or literal, after URL normalisation; `localhost.evil` and the like are not. */
export function isLoopback(url: URL): boolean {
  return url.hostname === '127.0.0.1' || url.hostname === '[::1]' || url.hostname === 'localhost'
}

/** What oauth4webapi takes as options. `allowInsecureRequests` is safe here: each URL went through acceptableUrl. */
export function requestOptions(network: OAuthNetwork) {
  return {
    [customFetch]: network.fetch,
    [allowInsecureRequests]: network.allowLoopbackHttp,
  } as const
}
