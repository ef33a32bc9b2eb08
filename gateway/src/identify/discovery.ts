// Where the keys of an issuer are: its metadata (RFC 8414 §3, OpenID Connect Discovery §4), found from the
// configured issuer alone. Also how everything of an issuer is fetched: guarded, small, quick, no redirect.
import type { FetchUse, GuardedFetch, GuardedResponse } from '../net/guarded-fetch.ts'
import { GuardedFetchError } from '../net/guarded-fetch-error.ts'
import { PRIVATE_ADDRESSES } from '../net/addresses.ts'
import type { Outward } from '../net/outward.ts'
import { serverMetadataUrls } from '../oauth/well-known.ts'
import { strictObject } from './compact-jws.ts'
import { shown } from './reasons.ts'
import type { IssuerSettings } from './settings.ts'

const MAX_BYTES = 256 * 1024
const TOTAL_MS = 5_000

/** Fetches one document of an issuer; resolves with whatever status it has. */
export type IssuerFetch = (url: string) => Promise<GuardedResponse>

export function issuerFetch(
  settings: IssuerSettings,
  fetch: GuardedFetch,
  outward?: Outward,
): IssuerFetch {
  const insecure = settings.allowInsecureIssuer
  const spelledOut = [settings.issuer, settings.jwksUri ?? settings.issuer].map(portOf)
  const use: FetchUse = {
    maxBytes: MAX_BYTES,
    totalMs: TOTAL_MS,
    mediaTypes: ['application/json', 'application/jwk-set+json'],
    allowHttp: insecure,
    allowAddresses: [...settings.allowAddresses, ...(insecure ? PRIVATE_ADDRESSES : [])],
    ports: [443, ...spelledOut],
    ...(outward === undefined ? {} : { outward }),
  }
  return (url) => fetch(url, insecure ? { ...use, ports: [443, portOf(url)] } : use)
}

/** The issuer's `jwks_uri`; rejects with an Error that says what was wrong. */
export async function discoverKeys(issuer: string, fetch: IssuerFetch): Promise<string> {
  const urls = serverMetadataUrls(new URL(issuer))
  for (const url of urls) {
    const response = await fetch(url).catch(otherDocument)
    if (response === undefined || response.status !== 200) continue
    const metadata = strictObject(response.body)
    // MUST (RFC 8414 §3.3): the issuer of the document is the one that was asked for, byte for byte.
    if (metadata?.['issuer'] !== issuer) {
      throw new Error(`the metadata at ${url} is of issuer ${shown(metadata?.['issuer'])}`)
    }
    const uri = metadata['jwks_uri']
    if (typeof uri !== 'string') throw new Error(`the metadata at ${url} has no \`jwks_uri\``)
    return uri
  }
  throw new Error(`no metadata at ${urls.join(', ')}`)
}

// A page for people where a document should be: the next place may have it.
function otherDocument(error: unknown): undefined {
  if (error instanceof GuardedFetchError && error.reason === 'media_type') return undefined
  throw error
}

function portOf(text: string): number {
  const url = URL.parse(text)
  const standard = url?.protocol === 'http:' ? 80 : 443
  return Number(url?.port) || standard
}
