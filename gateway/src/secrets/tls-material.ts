// Certificate and private key of the own listener: read by reference, checked to belong together, read again
// when they change. A pair that does not fit is not used: rotation writes two files, one after the other (F-24).
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { SecretRef } from './reference.ts'
import type { Secrets } from './resolve.ts'

const DAY_MS = 86_400_000
const WARN_DAYS = [1, 7, 30] as const

export type TlsSettings = {
  readonly certificate: { readonly file: string }
  readonly key: SecretRef
}

export type TlsMaterial = {
  /** PEM: the certificate and its chain. */
  readonly certificate: string
  /** PEM. Never logged. */
  readonly key: string
  /** SHA-256 of the certificate, for the log. */
  readonly fingerprint: string
  readonly expiresAtMs: number
  /** Changes with certificate or key. */
  readonly version: string
}

/** Rejects with an Error in words for the operator. */
export async function readTlsMaterial(
  settings: TlsSettings,
  secrets: Secrets,
): Promise<TlsMaterial> {
  const { file } = settings.certificate
  const [certificate, key] = await Promise.all([
    readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new Error(`certificate in file ${file}: ${error.code ?? 'cannot be read'}`)
    }),
    secrets.resolve(settings.key),
  ])
  const parsed = parseCertificate(certificate, file)
  if (!fits(parsed, key.value)) {
    throw new Error(`the private key does not belong to the certificate in file ${file}`)
  }
  return {
    certificate,
    key: key.value,
    fingerprint: parsed.fingerprint256.replaceAll(':', '').toLowerCase(),
    expiresAtMs: parsed.validToDate.getTime(),
    version: `${parsed.fingerprint256} ${key.version}`,
  }
}

/** The least of 1, 7 and 30 days that the certificate no longer outlives; 0 once it has expired. */
export function expiryWarning(expiresAtMs: number, nowMs: number): number | undefined {
  if (expiresAtMs <= nowMs) return 0
  return WARN_DAYS.find((days) => expiresAtMs - nowMs <= days * DAY_MS)
}

function parseCertificate(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw new Error(`certificate in file ${file}: it is no PEM certificate`)
  }
}

function fits(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}
