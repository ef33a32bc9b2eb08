// The provider's door: Host checked, path counted, pages and protocol told apart, what the library leaves open
// guarded (oauth.md §6). Everything it does not know goes to the library.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import type { ProviderState } from './controls.ts'
import { errorPage, writePage } from './pages.ts'

export type FrontParts = {
  readonly issuer: string
  readonly provider: () => Provider
  readonly interaction: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  readonly state: ProviderState
}

const MAX_REGISTRATION_BYTES = 16 * 1024
const JWKS_BODIES = { garbage: '<html>not a key in sight</html>', empty: '{"keys":[]}' }

export function createFront(parts: FrontParts): RequestListener {
  const { host } = new URL(parts.issuer)
  return (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    parts.state.seen.set(path, (parts.state.seen.get(path) ?? 0) + 1)
    if (parts.state.dateOffsetSeconds !== 0) {
      const shownMs = Date.now() + parts.state.dateOffsetSeconds * 1000
      response.setHeader('date', new Date(shownMs).toUTCString())
    }
    // MUST (oauth.md §6): the library builds URLs from Host and forwarding headers; a foreign Host is no site of ours.
    if (request.headers.host !== host) return writeText(response, 421, 'unknown host')
    for (const name of Object.keys(request.headers)) {
      if (name.startsWith('x-forwarded-') || name === 'forwarded') delete request.headers[name]
    }
    if (path === '/jwks' && parts.state.jwks !== 'up') return failJwks(response, parts.state.jwks)
    if (path === '/register' && tooLong(request)) return writeText(response, 413, 'too long')
    if (path === '/authorize' && asksForOtherMode(request.url ?? '')) {
      const error_description = 'response_mode can only be query'
      return writePage(response, 400, errorPage({ error: 'invalid_request', error_description }))
    }
    if (path.startsWith('/sign-in/')) {
      parts.interaction(request, response).catch(() => fail(response))
      return
    }
    void parts.provider().callback()(request, response)
  }
}

function failJwks(response: ServerResponse, state: Exclude<ProviderState['jwks'], 'up'>): void {
  if (state === 'hangs') return
  if (state === 'resets') {
    response.socket?.resetAndDestroy()
    return
  }
  if (state === 'unavailable') return writeText(response, 503, 'down')
  response.writeHead(200, { 'content-type': 'application/json' }).end(JWKS_BODIES[state])
}

function tooLong(request: IncomingMessage) {
  return Number(request.headers['content-length'] ?? Infinity) > MAX_REGISTRATION_BYTES
}

// O-26: the code goes where a server can read it and nowhere else.
function asksForOtherMode(url: string) {
  const modes = new URL(url, 'http://localhost').searchParams.getAll('response_mode')
  return modes.some((mode) => mode !== 'query')
}

function fail(response: ServerResponse) {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const error_description = 'the identity provider could not answer'
  writePage(response, 503, errorPage({ error: 'server_error', error_description }))
}

function writeText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  response.end(`${text}\n`)
}
