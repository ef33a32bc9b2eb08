// One HTTP exchange of the guarded fetch on an agent that guards its addresses (policy-audit §5.4, §5.5):
// no redirect, no compression, one total deadline, size counted while it arrives.
import type { Dispatcher } from 'undici'
import { GuardedFetchError } from './guarded-fetch-error.ts'
import { BlockedAddress } from './lookup.ts'
import type { Outward } from './outward.ts'

export const ANY_MEDIA_TYPE = '*/*'

export type FetchUse = {
  /** Of the decoded body; compressed answers are refused, so it is the size on the wire as well. */
  readonly maxBytes: number
  /** From the call to the last byte, name resolution included. */
  readonly totalMs: number
  /** Accepted media types without parameters, lower case. Checked on 2xx; ANY_MEDIA_TYPE takes all. */
  readonly mediaTypes: readonly string[]
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** CIDRs that the configuration spelled out; all else must be global unicast. */
  readonly allowAddresses?: readonly string[]
  /** A relaxation that the configuration spelled out. */
  readonly allowHttp?: boolean
  /** Default 443 alone. */
  readonly ports?: readonly number[]
  /** Whom TLS believes, and through which proxy. */
  readonly outward?: Outward
}

export type GuardedResponse = {
  readonly status: number
  /** Lower-case names; repeated headers joined with a comma. */
  readonly headers: ReadonlyMap<string, string>
  /** Empty on a status other than 2xx whose media type is not accepted. */
  readonly body: Buffer
}

export function exchange(agent: Dispatcher, url: URL, use: FetchUse): Promise<GuardedResponse> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let over = false
    let status = 0
    let headers: ReadonlyMap<string, string> = new Map()
    let wanted = true
    let size = 0
    const chunks: Buffer[] = []

    const deadline = setTimeout(() => {
      fail(new GuardedFetchError('timeout', `no complete answer within ${use.totalMs} ms`))
    }, use.totalMs)

    function fail(error: GuardedFetchError): void {
      if (over) return
      over = true
      clearTimeout(deadline)
      controller?.abort(error)
      reject(error)
    }

    agent.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: use.method ?? 'GET',
        headers: {
          accept: use.mediaTypes.join(', '),
          ...use.headers,
          'accept-encoding': 'identity',
        },
        body: use.body ?? null,
      },
      {
        onRequestStart: (started) => {
          controller = started
          if (over) started.abort(new GuardedFetchError('timeout', 'the deadline has passed'))
        },
        onResponseStart: (_controller, code, raw) => {
          status = code
          headers = flatten(raw)
          const refused = judgeHead(code, headers, use)
          if (refused !== undefined) return fail(refused)
          wanted = acceptable(headers, use)
        },
        onResponseData: (_controller, chunk) => {
          size += chunk.length
          if (size > use.maxBytes) {
            return fail(new GuardedFetchError('too_large', `more than ${use.maxBytes} bytes`))
          }
          if (wanted) chunks.push(chunk)
        },
        onResponseEnd: () => {
          if (over) return
          over = true
          clearTimeout(deadline)
          resolve({ status, headers, body: Buffer.concat(chunks) })
        },
        onResponseError: (_controller, error) => fail(asFetchError(error)),
      },
    )
  })
}

function judgeHead(
  status: number,
  headers: ReadonlyMap<string, string>,
  use: FetchUse,
): GuardedFetchError | undefined {
  if (status >= 300 && status < 400) {
    return new GuardedFetchError('redirect', `answered ${status}, redirects are not followed`)
  }
  const encoding = headers.get('content-encoding')
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
    return new GuardedFetchError('encoding', 'the answer is compressed')
  }
  if (Number(headers.get('content-length') ?? 0) > use.maxBytes) {
    return new GuardedFetchError('too_large', `more than ${use.maxBytes} bytes`)
  }
  if (status >= 200 && status < 300 && status !== 204 && !acceptable(headers, use)) {
    const expected = use.mediaTypes.join(' or ')
    return new GuardedFetchError('media_type', `the answer is not ${expected}`)
  }
  return undefined
}

function acceptable(headers: ReadonlyMap<string, string>, use: FetchUse): boolean {
  if (use.mediaTypes.includes(ANY_MEDIA_TYPE)) return true
  const mediaType = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  return mediaType !== undefined && use.mediaTypes.includes(mediaType)
}

function flatten(
  raw: Readonly<Record<string, string | string[] | undefined>>,
): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  for (const [name, value] of Object.entries(raw)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return headers
}

function asFetchError(error: Error): GuardedFetchError {
  if (error instanceof GuardedFetchError) return error
  if (error instanceof BlockedAddress) {
    return new GuardedFetchError('address', error.message)
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  const timedOut = code.includes('TIMEOUT') || code === 'ETIMEDOUT'
  return new GuardedFetchError(timedOut ? 'timeout' : 'unreachable', code, error)
}
