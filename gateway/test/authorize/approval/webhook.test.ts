import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { approvalSettings } from '../../../src/authorize/approval/settings.ts'
import { createWebhook } from '../../../src/authorize/approval/webhook.ts'
import { createGuardedFetch } from '../../../src/net/guarded-fetch.ts'
import { testClock } from './world.ts'

const KEY = 'a key of more than 24 bytes'
const NOTICE = {
  type: 'approval.asked',
  reference: '0123456789abcdef0123456789abcdef',
  tool: 't___pay',
  roles: ['approver'],
  expiresAtMs: 1_790_000_900_000,
} as const

type Posted = { readonly headers: IncomingMessage['headers']; readonly body: string }

async function receiver(statuses: readonly number[], mediaType?: string) {
  const posted: Posted[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      posted.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
      const status = statuses[posted.length - 1] ?? 200
      response
        .writeHead(status, mediaType === undefined ? {} : { 'content-type': mediaType })
        .end('ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { posted, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }
}

function open(webhook: Record<string, unknown> | undefined, key = KEY) {
  const fetch = createGuardedFetch()
  const settings = approvalSettings.parse({ ...(webhook && { webhook }) }).webhook
  const outcomes: string[] = []
  const warned: unknown[] = []
  const hook = createWebhook({
    settings: () => settings,
    publicUrl: () => 'https://gate.acme.example',
    fetch,
    secrets: { resolve: async () => ({ value: key, version: '1' }) },
    clock: testClock(),
    log: { warn: (fields) => void warned.push(fields) },
    count: (outcome) => void outcomes.push(outcome),
    waitsMs: [1, 1],
  })
  onTestFinished(async () => {
    hook.close()
    await fetch.close()
  })
  return { hook, outcomes, warned }
}

const to = (url: string, more: object = { allowInsecureWebhook: true }) => ({
  url,
  secret: { env: 'HOOK' },
  ...more,
})

describe('issue 4, Deliver 4: approvers are told by a webhook', () => {
  test('signed as Standard Webhooks has it, and with nothing of what the call carries', async () => {
    const { url, posted } = await receiver([204])
    const { hook, outcomes } = open(to(url))
    hook.notify(NOTICE)
    await expect.poll(() => outcomes).toEqual(['delivered'])
    const [{ headers, body } = { headers: {}, body: '' }] = posted
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
    const signature = createHmac('sha256', KEY).update(signed).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${signature}`)
    expect(headers['webhook-timestamp']).toBe('1790000000')
    expect(JSON.parse(body)).toEqual({
      type: 'approval.asked',
      timestamp: '2026-09-21T14:13:20.000Z',
      data: {
        reference: NOTICE.reference,
        tool: NOTICE.tool,
        roles: NOTICE.roles,
        expires: '2026-09-21T14:28:20.000Z',
        gateway: 'https://gate.acme.example',
      },
    })
  })

  test('a key with `whsec_` is base64', async () => {
    const { url, posted } = await receiver([200], 'application/json')
    const { hook, outcomes } = open(to(url), `whsec_${Buffer.from(KEY).toString('base64')}`)
    hook.notify(NOTICE)
    await expect.poll(() => outcomes).toEqual(['delivered'])
    const { headers = {}, body = '' } = posted[0] ?? {}
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
    const signature = createHmac('sha256', KEY).update(signed).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${signature}`)
  })

  test('a 2xx whose content nobody reads is delivered', async () => {
    const { url } = await receiver([200], 'text/html')
    const { hook, outcomes } = open(to(url))
    hook.notify(NOTICE)
    await expect.poll(() => outcomes).toEqual(['delivered'])
  })

  test('tried again under one id, and given up in the end', async () => {
    const { url, posted } = await receiver([503, 429, 200, 500, 500, 500])
    const { hook, outcomes, warned } = open(to(url))
    hook.notify(NOTICE)
    await expect.poll(() => outcomes).toEqual(['delivered'])
    expect(new Set(posted.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    hook.notify(NOTICE)
    await expect.poll(() => outcomes).toEqual(['delivered', 'failed'])
    expect(posted).toHaveLength(6)
    expect(warned).toEqual([{ attempts: 3, reason: 'the receiver answered 500' }])
  })

  test.for([
    ['a 4xx', [410], KEY],
    ['a redirect', [302], KEY],
  ] as const)('%s is final', async ([, statuses, key]) => {
    const { url, posted } = await receiver(statuses)
    const { hook, outcomes } = open(to(url), key)
    hook.notify(NOTICE)
    await expect.poll(() => outcomes).toEqual(['failed'])
    expect(posted).toHaveLength(1)
  })

  test('a key that is too short signs nothing', async () => {
    const { url, posted } = await receiver([200])
    const { hook, outcomes } = open(to(url), 'short')
    hook.notify(NOTICE)
    await expect.poll(() => outcomes).toEqual(['failed'])
    expect(posted).toEqual([])
  })

  test('H-11: loopback is not reached unless that is written out', async () => {
    const { url, posted } = await receiver([200])
    const secure = url.replace('http:', 'https:')
    const { hook, outcomes } = open(to(secure, {}))
    hook.notify(NOTICE)
    await expect.poll(() => outcomes, { timeout: 5000 }).toEqual(['failed'])
    expect(posted).toEqual([])
    expect(() => open(to(url, {}))).toThrow('plain http')
  })

  test('without a webhook nothing happens; a receiver that hangs is not waited for', async () => {
    const nothing = open(undefined)
    nothing.hook.notify(NOTICE)
    expect(nothing.outcomes).toEqual([])
    const server = createServer(() => undefined)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const { hook, outcomes } = open(to(`http://127.0.0.1:${port}/`))
    for (let at = 0; at < 101; at += 1) hook.notify(NOTICE)
    // What is too much is dropped and counted, never queued without end.
    expect(outcomes).toEqual(['dropped'])
  })
})
