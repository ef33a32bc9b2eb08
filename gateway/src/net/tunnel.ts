// A connection through an egress proxy (RFC 9110 §9.3.6, CONNECT): the proxy gets host and port, and its own credential,
// and then carries bytes that it cannot read where they are TLS. The proxy itself may be in a private network, because
// the configuration names it; metadata addresses stay closed.
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { buildConnector, errors } from 'undici'
import { addressRule, PRIVATE_ADDRESSES } from './addresses.ts'
import { blockedHost, BlockedAddress, guardedLookup, type Resolve } from './lookup.ts'
import { tlsOptions, type Trust } from './trust.ts'

export type Proxy = {
  /** Origin. */
  readonly url: string
  /** Tells proxies apart, and those who ask one: a tunnel is opened in somebody's name. */
  readonly id: string
  /** `user:password`. */
  readonly credential: (() => Promise<string>) | undefined
  /** Whom TLS towards an https proxy believes. */
  readonly trust: Trust | undefined
}

type TunnelRules = Omit<buildConnector.BuildOptions, 'timeout'> & {
  /** For all of it: proxy, tunnel, TLS. */
  readonly connectMs: number
  readonly resolve: Resolve
}

/** The proxy did not open the tunnel. */
class ProxyRefused extends Error {
  override readonly name = 'ProxyRefused'
  readonly code = 'PROXY_REFUSED'
}

const NEAR = addressRule(PRIVATE_ADDRESSES)

export function tunnelTo(
  proxy: Proxy,
  { connectMs, resolve, ...tls }: TunnelRules,
): buildConnector.connector {
  const secure = buildConnector({ ...tls, allowH2: false, timeout: connectMs })
  return (options, callback) => {
    let over = false
    const end: buildConnector.Callback = (...[error, socket]) => {
      if (over) return void socket?.destroy()
      over = true
      clearTimeout(timer)
      if (error === null) callback(null, socket)
      else callback(error, null)
    }
    const abort = new AbortController()
    const timer = setTimeout(() => {
      const detail = `no connection through the proxy within ${connectMs} ms`
      end(new errors.ConnectTimeoutError(detail), null)
      abort.abort()
    }, connectMs)
    openTunnel(proxy, authorityOf(options), resolve, abort.signal).then(
      (socket) => {
        if (over) return void socket.destroy()
        const { keepAliveInitialDelay } = tls
        if (typeof keepAliveInitialDelay === 'number')
          socket.setKeepAlive(true, keepAliveInitialDelay)
        if (options.protocol === 'https:') secure({ ...options, httpSocket: socket }, end)
        else end(null, socket)
      },
      (error: unknown) => end(error instanceof Error ? error : new Error('unknown error'), null),
    )
  }
}

/** A connection to `host:port` through the proxy; rejects where the proxy opens none. */
export async function openTunnel(
  { url, credential, trust }: Proxy,
  authority: string,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<Socket> {
  const { protocol, hostname, port } = new URL(url)
  const blocked = blockedHost(hostname, NEAR)
  if (blocked !== undefined) throw new BlockedAddress(`the proxy: ${blocked}`)
  const shown = await credential?.()
  const isSecure = protocol === 'https:'
  return await new Promise((settle, reject) => {
    const asked = (isSecure ? tlsRequest : plainRequest)({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (isSecure ? 443 : 80),
      method: 'CONNECT',
      path: authority,
      // MUST (RFC 9110 §7.2): Host is that of the target.
      headers: { host: authority, ...(shown === undefined ? {} : proxyAuthorization(shown)) },
      agent: false,
      lookup: guardedLookup(NEAR, resolve),
      signal,
      ...(isSecure ? tlsOptions(trust) : {}),
    })
    asked.once('connect', (response, socket, head) => {
      const status = response.statusCode ?? 0
      if (status < 200 || status > 299 || head.length > 0) {
        socket.destroy()
        return reject(new ProxyRefused(`the proxy answered ${status} to CONNECT ${authority}`))
      }
      settle(socket)
    })
    asked.once('response', (response) => {
      response.destroy()
      reject(new ProxyRefused('the proxy did not answer CONNECT as a proxy does'))
    })
    asked.once('error', reject)
    asked.end()
  })
}

function proxyAuthorization(credential: string): { readonly 'proxy-authorization': string } {
  return { 'proxy-authorization': `Basic ${Buffer.from(credential).toString('base64')}` }
}

function authorityOf({ hostname, protocol, port }: buildConnector.Options): string {
  const host = hostname.includes(':') ? `[${hostname.replace(/^\[|\]$/g, '')}]` : hostname
  return `${host}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`
}
