// Whether a place can be reached, one step after the other: what its name resolves to, whether somebody takes the
// connection, whether TLS stands and with which certificate. For `sallyport doctor`: the same rules as on the path
// (addresses.ts, verified-tls.ts), but each step by itself, so that the first one that fails is known. Sends no request.
import { isIP, connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { addressRule } from './addresses.ts'
import { blockedHost, systemResolve, type Resolve } from './lookup.ts'
import type { Outward } from './outward.ts'
import { tlsOptions, type Trust } from './trust.ts'
import { openTunnel, type Proxy } from './tunnel.ts'

/** `allowed`: our own rules forbid to go there. */
export type ReachStep = 'allowed' | 'name' | 'connection' | 'tls'

export type PeerCertificate = {
  readonly subject: string
  readonly issuer: string
  readonly expiresAtMs: number
}

export type Reached =
  | {
      readonly addresses: readonly string[]
      /** `undefined`: plain http. */
      readonly tls: { readonly protocol: string; readonly certificate: PeerCertificate } | undefined
    }
  | { readonly failed: ReachStep; readonly seen: string }

export type ReachRules = {
  readonly allowAddresses: readonly string[]
  readonly timeoutMs: number
  readonly resolve?: Resolve
  /** Whom TLS believes, and through which proxy. */
  readonly outward?: Outward
}

/** Never rejects. */
export async function reach(url: URL, rules: ReachRules): Promise<Reached> {
  const rule = addressRule(rules.allowAddresses)
  const blocked = blockedHost(url.hostname, rule)
  if (blocked !== undefined) return { failed: 'allowed', seen: blocked }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const { trust, proxy } = rules.outward ?? {}
  if (proxy !== undefined) return reachThrough(proxy, url, trust, rules)
  const addresses = isIP(host) === 0 ? await resolved(host, rules) : [host]
  if (typeof addresses === 'string') return { failed: 'name', seen: addresses }
  const bad = addresses.find((address) => !rule.allows(address))
  if (bad !== undefined) return { failed: 'allowed', seen: `${host} resolves to ${bad}` }
  const socket = await connectedToAny(addresses, portOf(url), rules.timeoutMs)
  if (typeof socket === 'string') return { failed: 'connection', seen: socket }
  return await secured(socket, url, addresses, trust, rules)
}

/** The proxy resolves the name, and says no by a status. */
async function reachThrough(
  proxy: Proxy,
  url: URL,
  trust: Trust | undefined,
  rules: ReachRules,
): Promise<Reached> {
  const authority = `${url.hostname}:${portOf(url)}`
  const signal = AbortSignal.timeout(rules.timeoutMs)
  const socket = await openTunnel(proxy, authority, rules.resolve ?? systemResolve, signal).catch(
    (error: unknown) => `through ${proxy.url}: ${error instanceof Error ? error.message : ''}`,
  )
  if (typeof socket === 'string') return { failed: 'connection', seen: socket }
  return await secured(socket, url, [`resolved by the proxy ${proxy.url}`], trust, rules)
}

async function secured(
  socket: Socket,
  url: URL,
  addresses: readonly string[],
  trust: Trust | undefined,
  { timeoutMs }: ReachRules,
): Promise<Reached> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const tls = url.protocol === 'http:' ? undefined : await handshake(socket, host, trust, timeoutMs)
  socket.destroy()
  return typeof tls === 'string' ? { failed: 'tls', seen: tls } : { addresses, tls }
}

function resolved(
  host: string,
  { resolve = systemResolve, timeoutMs }: ReachRules,
): Promise<readonly string[] | string> {
  return new Promise((settle) => {
    const timer = setTimeout(() => settle(`no answer for ${host} in ${timeoutMs} ms`), timeoutMs)
    resolve(host, (error, found) => {
      clearTimeout(timer)
      if (error !== null) settle(`${host}: ${codeOf(error)}`)
      else if (found.length === 0) settle(`${host} has no address`)
      else settle(found.map(({ address }) => address))
    })
  })
}

/** The first that takes the connection; in words why none did. */
async function connectedToAny(
  addresses: readonly string[],
  port: number,
  timeoutMs: number,
): Promise<Socket | string> {
  const reasons: string[] = []
  for (const host of addresses) {
    const socket = await connected(host, port, timeoutMs)
    if (typeof socket !== 'string') return socket
    reasons.push(`${host} port ${port}: ${socket}`)
  }
  return reasons.join('; ')
}

function connected(host: string, port: number, timeoutMs: number): Promise<Socket | string> {
  return new Promise((settle) => {
    const socket = connectPlain({ host, port, timeout: timeoutMs })
    const fail = (why: string): void => {
      socket.destroy()
      settle(why)
    }
    socket.once('error', (error) => fail(codeOf(error)))
    socket.once('timeout', () => fail(`no connection in ${timeoutMs} ms`))
    socket.once('connect', () => {
      socket.setTimeout(0)
      settle(socket)
    })
  })
}

function handshake(
  socket: Socket,
  host: string,
  trust: Trust | undefined,
  timeoutMs: number,
): Promise<NonNullable<Extract<Reached, { tls: unknown }>['tls']> | string> {
  return new Promise((settle) => {
    const name = isIP(host) === 0 ? { servername: host } : {}
    const secure = connectTls({ socket, host, ...name, ...tlsOptions(trust) })
    const timer = setTimeout(() => end(`no handshake in ${timeoutMs} ms`), timeoutMs)
    const end = (result: Parameters<typeof settle>[0]): void => {
      clearTimeout(timer)
      secure.destroy()
      settle(result)
    }
    secure.once('error', (error) => end(`${codeOf(error)}: ${error.message}`))
    secure.once('close', () => end('the connection was closed during the handshake'))
    secure.once('secureConnect', () => {
      const { subject, issuer, valid_to: until } = secure.getPeerCertificate()
      const certificate = {
        subject: nameOf(subject),
        issuer: nameOf(issuer),
        expiresAtMs: Date.parse(until),
      }
      end({ protocol: secure.getProtocol() ?? 'unknown', certificate })
    })
  })
}

function nameOf(name: { readonly CN?: string | string[]; readonly O?: string | string[] }): string {
  return [name.CN ?? name.O ?? 'no name'].flat().join(', ')
}

function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
