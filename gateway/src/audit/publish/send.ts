// One request to an anchor or a sink, through the guarded fetch. What is answered is a status and a short text.
import type { FetchUse, GuardedFetch } from '../../net/guarded-fetch.ts'
import { PRIVATE_ADDRESSES } from '../../net/addresses.ts'
import { ANY_MEDIA_TYPE } from '../../net/exchange.ts'
import type { SecretRef } from '../../secrets/reference.ts'

export type Elsewhere = {
  readonly url: string
  readonly token?: SecretRef | undefined
  readonly allowAddresses: readonly string[]
  readonly allowInsecure: boolean
}

export type SendParts = {
  readonly fetch: GuardedFetch
  /** Rejects where the secret cannot be read. */
  readonly secret: (reference: SecretRef) => Promise<string>
}

export type Sent = { readonly status: number; readonly text: string }

const TOTAL_MS = 10_000
const MAX_ANSWER_BYTES = 64 * 1024

/** Rejects in words where there is no answer. */
export async function send(
  { url, token, allowAddresses, allowInsecure }: Elsewhere,
  { fetch, secret }: SendParts,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>>,
): Promise<Sent> {
  const { protocol, port } = new URL(url)
  const bearer = token === undefined ? {} : { authorization: `Bearer ${await secret(token)}` }
  const use: FetchUse = {
    method: 'POST',
    body,
    headers: { ...headers, ...bearer },
    mediaTypes: [ANY_MEDIA_TYPE],
    maxBytes: MAX_ANSWER_BYTES,
    totalMs: TOTAL_MS,
    ports: [port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)],
    allowAddresses: [...allowAddresses, ...(allowInsecure ? PRIVATE_ADDRESSES : [])],
    allowHttp: allowInsecure,
  }
  const { status, body: answer } = await fetch(url, use)
  return { status, text: answer.toString() }
}
