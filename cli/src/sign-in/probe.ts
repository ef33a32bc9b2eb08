// The first request to a server, without a token: its 401 says where to sign in (RFC 9728 §5.1).
import { bearerChallenge } from '@sallyport/gateway/oauth/challenge.ts'
import type { BearerChallenge } from '@sallyport/gateway/oauth/challenge.ts'
import { CommandFailure } from '../exit-codes.ts'
import { exchange } from '../mcp/exchange.ts'
import { discoverRequest } from '../mcp/request.ts'
import type { Terminal } from '../terminal/terminal.ts'

const NO_CHALLENGE: BearerChallenge = {
  resourceMetadata: undefined,
  scope: undefined,
  error: undefined,
  errorDescription: undefined,
}

/** What the 401 says; empty where it says nothing (well-known places remain); `undefined` where there is no 401. */
export async function probe(url: URL, terminal: Terminal): Promise<BearerChallenge | undefined> {
  const response = await exchange(url, discoverRequest(), undefined, terminal)
  await response.body?.cancel()
  if (response.status === 401) {
    return bearerChallenge(response.headers.get('www-authenticate')) ?? NO_CHALLENGE
  }
  if (response.status >= 300 && response.status < 400) {
    const fix = 'use the address that it is redirected to'
    throw new CommandFailure('protocol', `\`${url.href}\` answers a redirect`, { fix })
  }
  if (response.status >= 500) {
    throw new CommandFailure('tryLater', `\`${url.href}\` answered ${response.status}`)
  }
  return undefined
}
