// Whom TLS towards others believes: the machine's authorities, or those that the configuration names. Verification itself
// is never switched off (verified-tls.ts). One context per set of authorities: to make one takes longer than to connect.
import { createHash, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import type { TrustSettings } from './outward-settings.ts'
import { VERIFIED_TLS } from './verified-tls.ts'

export type Trust = {
  /** Changes with what is believed. */
  readonly version: string
  readonly context: SecureContext
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g
const MAX_BYTES = 4 * 1024 * 1024

/** Rejects with an Error in words for the operator. */
export async function readTrust({ authorities, besideSystem }: TrustSettings): Promise<Trust> {
  const files = await Promise.all(authorities.map(({ file }) => readAuthorities(file)))
  const ca = [...(besideSystem ? getCACertificates('default') : []), ...files.flat()]
  return {
    version: createHash('sha256')
      .update(JSON.stringify([besideSystem, files]))
      .digest('hex'),
    context: createSecureContext({ ca, minVersion: VERIFIED_TLS.minVersion }),
  }
}

/** What every TLS connection outwards is made with. */
export function tlsOptions(trust: Trust | undefined) {
  return trust === undefined ? VERIFIED_TLS : { ...VERIFIED_TLS, secureContext: trust.context }
}

async function readAuthorities(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`authorities in file ${file}: ${error.code ?? 'cannot be read'}`)
  })
  const wrong = (seen: string): Error =>
    new Error(`authorities in file ${file}: ${seen}; expected are certificates in PEM`)
  if (text.length > MAX_BYTES) throw wrong(`it is larger than ${MAX_BYTES} bytes`)
  const blocks = [...text.matchAll(BLOCK)]
  if (blocks.length === 0) throw wrong('there is none')
  return blocks.map(([pem, label]) => {
    if (label !== 'CERTIFICATE') throw wrong(`it has a block \`${label}\``)
    try {
      return new X509Certificate(pem).toString()
    } catch {
      throw wrong('one of them cannot be read')
    }
  })
}
