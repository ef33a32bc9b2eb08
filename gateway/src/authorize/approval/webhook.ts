// Tells those who decide that something waits: a signed POST (the form of Standard Webhooks: `webhook-id`,
// `webhook-timestamp`, `webhook-signature: v1,<HMAC-SHA256 of id.timestamp.body>`) through the guarded fetch. It says
// what waits and nothing of what the call carries. Tried again within bounds; a call never waits for it.
import { createHmac } from 'node:crypto'
import { PRIVATE_ADDRESSES } from '../../net/addresses.ts'
import { GuardedFetchError } from '../../net/guarded-fetch-error.ts'
import type { FetchUse, GuardedFetch } from '../../net/guarded-fetch.ts'
import type { Secrets } from '../../secrets/resolve.ts'
import type { Clock } from '../../system/clock.ts'
import { randomId } from '../../system/ids.ts'
import type { Notice } from './events.ts'
import type { WebhookSettings } from './settings.ts'

export type WebhookParts = {
  /** Read at each attempt: a reload may have changed them. */
  readonly settings: () => WebhookSettings | undefined
  readonly publicUrl: () => string
  readonly fetch: GuardedFetch
  readonly secrets: Pick<Secrets, 'resolve'>
  readonly clock: Clock
  readonly log: { readonly warn: (fields: Readonly<Record<string, unknown>>, text: string) => void }
  readonly count: (outcome: 'delivered' | 'failed' | 'dropped') => void
  /** Waits between attempts, in milliseconds. */
  readonly waitsMs?: readonly number[]
}

export type Webhook = {
  readonly notify: (notice: Notice) => void
  /** Ends what still waits to be tried again. */
  readonly close: () => void
}

const WAITS_MS = [1_000, 5_000, 30_000, 120_000]
const MOST_UNDER_WAY = 100
const TOTAL_MS = 10_000
const MAX_ANSWER_BYTES = 64 * 1024
const SHORTEST_KEY_BYTES = 24

export function createWebhook(parts: WebhookParts): Webhook {
  const { settings, log, count, waitsMs = WAITS_MS } = parts
  const waiting = new Set<NodeJS.Timeout>()
  let underWay = 0
  let closed = false

  async function deliver(id: string, body: string, attempt: number): Promise<void> {
    const to = settings()
    if (to === undefined || closed) return end('dropped')
    const failed = await post(parts, to, id, body).catch(inWords)
    if (failed === undefined) return end('delivered')
    const waitMs = waitsMs[attempt]
    if (waitMs === undefined || failed.final || closed) {
      log.warn({ attempts: attempt + 1, reason: failed.reason }, 'a webhook was not delivered')
      return end('failed')
    }
    const timer = setTimeout(() => {
      waiting.delete(timer)
      void deliver(id, body, attempt + 1)
    }, waitMs)
    timer.unref()
    waiting.add(timer)
  }

  function end(outcome: 'delivered' | 'failed' | 'dropped'): void {
    underWay -= 1
    count(outcome)
  }

  return {
    notify({ type, reference, tool, roles, expiresAtMs }) {
      if (settings() === undefined) return
      if (underWay >= MOST_UNDER_WAY) {
        log.warn({ reference }, 'a webhook was dropped: too many are under way')
        return count('dropped')
      }
      underWay += 1
      const data = {
        reference,
        tool,
        roles,
        expires: new Date(expiresAtMs).toISOString(),
        gateway: parts.publicUrl(),
      }
      const timestamp = new Date(parts.clock.wallMs()).toISOString()
      void deliver(`msg_${randomId()}`, JSON.stringify({ type, timestamp, data }), 0)
    },
    close() {
      closed = true
      for (const timer of waiting) clearTimeout(timer)
      waiting.clear()
    },
  }
}

type Failure = { readonly reason: string; readonly final: boolean }

/** `undefined`: delivered. */
async function post(
  { fetch, secrets, clock }: WebhookParts,
  { url, secret, allowInsecureWebhook: insecure, allowAddresses }: WebhookSettings,
  id: string,
  body: string,
): Promise<Failure | undefined> {
  const key = keyOf((await secrets.resolve(secret)).value)
  if (key.length < SHORTEST_KEY_BYTES) {
    return { reason: `the secret is shorter than ${SHORTEST_KEY_BYTES} bytes`, final: true }
  }
  const timestamp = String(Math.floor(clock.wallMs() / 1000))
  const { status } = await fetch(url, {
    ...useOf(url, insecure, allowAddresses),
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signatureOf(key, `${id}.${timestamp}.${body}`)}`,
    },
    body,
  })
  if (status >= 200 && status < 300) return undefined
  const again = status >= 500 || status === 408 || status === 429
  return { reason: `the receiver answered ${status}`, final: !again }
}

function useOf(url: string, insecure: boolean, allowed: readonly string[]): FetchUse {
  const { port } = new URL(url)
  return {
    maxBytes: MAX_ANSWER_BYTES,
    totalMs: TOTAL_MS,
    mediaTypes: ['application/json', 'text/plain'],
    allowHttp: insecure,
    allowAddresses: [...allowed, ...(insecure ? PRIVATE_ADDRESSES : [])],
    ports: port === '' ? [443, ...(insecure ? [80] : [])] : [Number(port)],
  }
}

function inWords(error: unknown): Failure | undefined {
  if (error instanceof GuardedFetchError) {
    // A 2xx whose content nobody reads.
    if (error.reason === 'media_type') return undefined
    return { reason: error.message, final: FOR_GOOD.has(error.reason) }
  }
  return { reason: error instanceof Error ? error.message : String(error), final: false }
}

/** What no further attempt can mend. */
const FOR_GOOD: ReadonlySet<string> = new Set(['url', 'scheme', 'port', 'redirect'])

/** Standard Webhooks: `whsec_` and base64. */
function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret)
}

function signatureOf(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64')
}
