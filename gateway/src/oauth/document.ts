// Fetches one metadata document (RFC 8414 §3.2, RFC 9728 §3.2): 200, JSON, an object, no redirect.
// A 4xx means that the document is not there (RFC 8414 §3.2), and the next place may be tried.
import { OAuthFailure } from './failure.ts'
import type { OAuthStep } from './failure.ts'
import { judge } from './judge.ts'
import type { OAuthNetwork } from './network.ts'

export type MetadataDocument = Readonly<Record<string, unknown>>

/** The first document among `urls` that is there and conforms; what was wrong with the others if none does. */
export async function fetchFirstDocument<T>(
  step: OAuthStep,
  urls: readonly string[],
  network: OAuthNetwork,
  read: (document: MetadataDocument, url: string) => T,
): Promise<T> {
  let first: OAuthFailure | undefined
  for (const url of urls) {
    try {
      const document = await fetchDocument(step, url, network)
      if (document !== undefined) return read(document, url)
    } catch (failure) {
      // A page for people where a document should be says nothing about the next place; all else is final.
      if (!(failure instanceof OAuthFailure) || failure.reason !== 'not_conform') throw failure
      first ??= failure
    }
  }
  throw first ?? new OAuthFailure(step, 'not_found', `no metadata at \`${urls.join('`, `')}\``)
}

function fetchDocument(
  step: OAuthStep,
  url: string,
  network: OAuthNetwork,
): Promise<MetadataDocument | undefined> {
  return judge(
    step,
    `\`${url}\``,
    () =>
      network.fetch(url, {
        method: 'GET',
        headers: { accept: 'application/json' },
        redirect: 'manual',
      }),
    async (response) => {
      if (response.status >= 400) return undefined
      const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
      if (response.status !== 200 || type !== 'application/json') {
        const seen = `${response.status} with content type \`${type ?? 'none'}\``
        throw new OAuthFailure(
          step,
          'not_conform',
          `\`${url}\` answered ${seen}, not a JSON document`,
        )
      }
      const document = parseObject(await response.text())
      if (document === undefined) {
        throw new OAuthFailure(step, 'not_conform', `\`${url}\` answered no JSON object`)
      }
      return document
    },
  )
}

function parseObject(text: string): MetadataDocument | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return value as MetadataDocument
  } catch {
    return undefined
  }
}

/** The strings of an array member; `undefined` where there is no array. */
export function stringsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : undefined
}
