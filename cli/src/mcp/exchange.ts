// One POST of MCP 2026-07-28 (transports/streamable-http): the headers that every request has, no redirect,
// and a token only over TLS or to loopback. What the answer means is answer.ts.
import { isLoopback } from '@sallyport/gateway/oauth/network.ts'
import { CommandFailure } from '../exit-codes.ts'
import { jsonText } from '../terminal/exact-json.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { bodyOf, PROTOCOL_VERSION } from './request.ts'
import { unreachable } from './unreachable.ts'
import type { McpRequest } from './request.ts'

export async function exchange(
  url: URL,
  request: McpRequest,
  accessToken: string | undefined,
  terminal: Pick<Terminal, 'fetch' | 'interrupted'>,
): Promise<Response> {
  try {
    return await terminal.fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: terminal.interrupted,
      body: jsonText(bodyOf(request)),
      headers: {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        'mcp-protocol-version': PROTOCOL_VERSION,
        'mcp-method': request.method,
        ...request.headers,
        ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
      },
    })
  } catch (cause) {
    throw unreachable(url, cause)
  }
}

/** The URL of a server as a person types it. Plain http only to loopback: tokens and answers go over it. */
export function serverUrl(text: string | undefined): URL {
  if (text === undefined || !URL.canParse(text)) {
    const fix = 'give the whole address, like https://gate.acme.example/mcp'
    throw new CommandFailure('usage', `\`${text ?? ''}\` is no address of a server`, { fix })
  }
  const url = new URL(text)
  const fits = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
  if (!fits || url.username !== '' || url.password !== '' || url.hash !== '') {
    const fix = 'use https (plain http on loopback alone), without credentials and fragment'
    throw new CommandFailure('usage', `\`${url.protocol}//${url.host}\` is not acceptable`, { fix })
  }
  return url
}
