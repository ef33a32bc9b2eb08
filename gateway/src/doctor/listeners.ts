// Our own listeners: whether their ports can be had, or are had by the gateway that runs; and the certificate that
// clients see: does it fit its key, name our host, lead somewhere, and last.
import { X509Certificate } from 'node:crypto'
import { createServer, isIP } from 'node:net'
import { rootCertificates } from 'node:tls'
import type { Config } from '../config/schema.ts'
import type { Secrets } from '../secrets/resolve.ts'
import { expiryWarning, readTlsMaterial } from '../secrets/tls-material.ts'
import type { Clock } from '../system/clock.ts'
import { systemResolve, type Resolve } from '../net/lookup.ts'
import { listenAt, type Place } from '../system/listen.ts'
import { good, warning, wrong, type Finding } from './finding.ts'

export async function lookAtPorts(
  { listen, operations }: { readonly [name in 'listen' | 'operations']: Place },
  running: boolean,
): Promise<readonly Finding[]> {
  return Promise.all([listen, operations].map(({ host, port }) => lookAtPort(host, port, running)))
}

async function lookAtPort(host: string, port: number, running: boolean): Promise<Finding> {
  const about = `${host}:${port}`
  if (port === 0) return good('port', about, 'a free one is taken')
  const server = createServer()
  try {
    await listenAt(server, { host, port })
    await new Promise((resolve) => server.close(resolve))
    if (!running) return good('port', about, 'it is free')
    const fix = 'the configuration has changed since the gateway started: start it again'
    return warning('port', about, 'a gateway runs, and does not listen here', fix)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    if (code === 'EADDRINUSE' && running) return good('port', about, 'the gateway listens here')
    return wrong('port', about, 'here', code, fixOf(code, port))
  }
}

function fixOf(code: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `another program has it (\`ss -ltnp 'sport = :${port}'\`): end it, or choose another port`
    case 'EACCES':
      return 'ports below 1024 need a right of their own (CAP_NET_BIND_SERVICE): choose another port'
    case 'EADDRNOTAVAIL':
      return 'this machine does not have that address: correct `host`'
    default:
      return 'choose another address or port'
  }
}

/** Whether the name that clients are given is one, seen from here. */
export function lookAtPublicName(
  publicUrl: string,
  resolve: Resolve = systemResolve,
): Promise<readonly Finding[]> {
  const { hostname } = new URL(publicUrl)
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return Promise.resolve([])
  return new Promise((settle) => {
    resolve(hostname, (error, addresses) => {
      const seen = addresses.map(({ address }) => address).join(', ')
      const unknown = `the name in \`publicUrl\` has no address here: ${error?.message ?? 'none'}`
      const fix = 'clients look it up: publish it in DNS, or correct `publicUrl`'
      settle([
        seen === ''
          ? warning('name', hostname, unknown, fix)
          : good('name', hostname, `${seen}; clients look it up themselves`),
      ])
    })
  })
}

export async function lookAtCertificate(
  { listen, publicUrl }: Pick<Config, 'listen' | 'publicUrl'>,
  parts: { readonly secrets: Secrets; readonly clock: Clock },
): Promise<readonly Finding[]> {
  const { tls } = listen
  if (tls === undefined) {
    const { protocol } = new URL(publicUrl)
    const seen =
      protocol === 'https:'
        ? `plain http on ${listen.host}; what stands before it has the certificate of ${publicUrl}`
        : `plain http on ${listen.host}`
    return [good('certificate', publicUrl, seen)]
  }
  const about = tls.certificate.file
  try {
    const { expiresAtMs, certificate } = await readTlsMaterial(tls, parts.secrets)
    const chain = chainOf(certificate)
    const until = new Date(expiresAtMs).toISOString().slice(0, 10)
    const days = expiryWarning(expiresAtMs, parts.clock.wallMs())
    const seen = `it fits its key and is valid until ${until}`
    const lasting =
      days === undefined
        ? good('certificate', about, seen)
        : days === 0
          ? wrong('certificate', about, 'here', `it has expired on ${until}`, RENEW)
          : warning('certificate', about, seen, RENEW)
    return [
      lasting,
      lookAtName(chain, new URL(publicUrl).hostname, about),
      lookAtChain(chain, about),
    ]
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error)
    const fix = 'write a PEM certificate and its key; the key for its owner alone to read'
    return [wrong('certificate', about, 'here', seen, fix)]
  }
}

const RENEW = 'renew it; the gateway reads the file again within a minute'

function lookAtName(chain: readonly X509Certificate[], hostname: string, about: string): Finding {
  const host = hostname.replace(/^\[|\]$/g, '')
  const [leaf] = chain
  const named = isIP(host) === 0 ? leaf?.checkHost(host) : leaf?.checkIP(host)
  if (named !== undefined) return good('certificate', about, `it names ${host}`)
  const seen = `it names ${leaf?.subjectAltName ?? 'nobody'}, and \`publicUrl\` has the host ${host}`
  const fix = `clients would refuse it: get one for ${host}`
  return wrong('certificate', about, 'here', seen, fix)
}

/** Each is issued by the next, and the last one is issued by an authority that machines know. */
function lookAtChain(chain: readonly X509Certificate[], about: string): Finding {
  const broken = chain.findIndex((one, index) => {
    const next = chain[index + 1]
    return next !== undefined && !isIssuedBy(one, next)
  })
  if (broken !== -1) {
    const seen = `certificate ${broken + 1} in it is not issued by the one after it`
    const fix = 'put the own certificate first, then each authority in order'
    return wrong('certificate', about, 'here', seen, fix)
  }
  const last = chain.at(-1)
  const known = rootCertificates.some(
    (pem) => last !== undefined && isIssuedBy(last, new X509Certificate(pem)),
  )
  if (known) return good('certificate', about, `a chain of ${chain.length} to a public authority`)
  const seen = `the chain of ${chain.length} ends at ${issuerOf(last)}, which is no public authority`
  const fix =
    'of a public authority: add its intermediate certificate to the file; of your own: clients must trust it'
  return warning('certificate', about, seen, fix)
}

function isIssuedBy(one: X509Certificate, other: X509Certificate): boolean {
  return one.checkIssued(other) && one.verify(other.publicKey)
}

function issuerOf(certificate: X509Certificate | undefined): string {
  return (certificate?.issuer ?? 'nobody').replaceAll('\n', ', ')
}

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

function chainOf(pem: string): readonly X509Certificate[] {
  return (pem.match(PEM) ?? []).map((one) => new X509Certificate(one))
}
