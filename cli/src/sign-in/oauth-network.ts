// The network of the OAuth steps as this command has it: no redirects, bodies capped, each step with a
// deadline; plain http to loopback only where the server itself is there.
import { isLoopback } from '@sallyport/gateway/oauth/network.ts'
import type { OAuthNetwork } from '@sallyport/gateway/oauth/network.ts'
import { readBytes } from '../terminal/read-bytes.ts'
import type { Terminal } from '../terminal/terminal.ts'

const STEP_MS = 20_000
const MAX_BYTES = 256 * 1024

export function oauthNetwork(
  resource: URL,
  terminal: Pick<Terminal, 'fetch' | 'interrupted'>,
): OAuthNetwork {
  return {
    allowLoopbackHttp: isLoopback(resource),
    fetch: async (url, request) => {
      const deadline = AbortSignal.any([AbortSignal.timeout(STEP_MS), terminal.interrupted])
      const { signal } = request
      const response = await terminal.fetch(url, {
        ...request,
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      })
      return capped(response)
    },
  }
}

/** The same answer with its body read. */
async function capped(response: Response): Promise<Response> {
  const { status, headers } = response
  const body = response.body === null ? null : await readBytes(response.body, MAX_BYTES)
  return new Response(body === null ? null : new Uint8Array(body), { status, headers })
}
