// No answer at all: what was seen, in words instead of the names of system calls, and what to do about it.
import { CommandFailure } from '../exit-codes.ts'
import { deepestMessage } from '../terminal/deepest-message.ts'

type Words = readonly [seen: string, fix: string]

const REFUSED: Words = ['nothing listens there', 'start the server, or check the port']
const UNKNOWN: Words = ['nobody knows a host of that name', 'check the name of the host']
const SILENT: Words = [
  'it does not answer',
  'check the address, and that no firewall is in between',
]
const BROKEN: Words = [
  'the connection was closed without an answer',
  'check that it speaks HTTP there',
]
const NO_TLS: Words = [
  'what listens there does not speak TLS',
  'check the port, or use http on loopback',
]
const CERTIFICATE =
  'trust its issuer with NODE_EXTRA_CA_CERTS, or let the operator mend the certificate'

const BY_CODE: Readonly<Record<string, Words>> = {
  ECONNREFUSED: REFUSED,
  ENOTFOUND: UNKNOWN,
  EAI_AGAIN: ['the name of the host cannot be looked up now', 'check the network'],
  ETIMEDOUT: SILENT,
  EHOSTUNREACH: SILENT,
  ENETUNREACH: SILENT,
  UND_ERR_CONNECT_TIMEOUT: SILENT,
  UND_ERR_HEADERS_TIMEOUT: SILENT,
  ECONNRESET: BROKEN,
  EPIPE: BROKEN,
  UND_ERR_SOCKET: BROKEN,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
}

export function unreachable(url: URL, cause: unknown): CommandFailure {
  const [seen, fix] = wordsOf(url, cause)
  return new CommandFailure('unreachable', `no answer from \`${url.origin}\`: ${seen}`, {
    fix,
    cause,
  })
}

function wordsOf(url: URL, cause: unknown): Words {
  if (!(cause instanceof Error)) return [String(cause), REFUSED[1]]
  const said = deepestMessage(cause)
  // Fetch Standard §2.9: ports of other protocols, which no `fetch` connects to.
  if (said === 'bad port') {
    return [`\`fetch\` never connects to port ${url.port}`, 'let the server listen on another port']
  }
  const code = codeOf(cause)
  const words = BY_CODE[code]
  if (words !== undefined) return words
  return [said, /CERT|SELF_SIGNED|ISSUER|ALTNAME/.test(code) ? CERTIFICATE : REFUSED[1]]
}

function codeOf(error: Error): string {
  let deepest = error
  while (deepest.cause instanceof Error) deepest = deepest.cause
  return 'code' in deepest && typeof deepest.code === 'string' ? deepest.code : ''
}
