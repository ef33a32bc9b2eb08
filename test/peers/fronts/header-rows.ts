// Attacks H-01 to H-04, H-07 and H-09 through a front end: what it makes of headers on the way changes neither who
// somebody is, nor what reaches the target, nor what comes back.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AnswerKind } from '@sallyport/sample/recording-target/behaviour.ts'
import { afterEach, expect, test } from 'vitest'
import { goodCall } from '../../support/good-call.ts'
import {
  FORWARDING_LINES,
  IDENTITY_HEADERS,
  LISTED_AS_HOP_BY_HOP,
  MEMBERS_OF_EVERY_OBJECT,
  SPELLINGS_OF_IDENTITY,
} from '../../support/header-names.ts'
import type { FrontedGateway } from './fronted-gateway.ts'

const CANARY = 'canary-mallory'
const carrying = (names: readonly string[]) => names.map((name) => `${name}: ${CANARY}`)
/** Of the gateway, and what front ends add of their own. */
const COME_BACK = new Set([
  'cache-control',
  'vary',
  'x-content-type-options',
  'x-sallyport-content',
  'x-sallyport-request-id',
  'content-type',
  'content-length',
  'transfer-encoding',
  'date',
  'connection',
  'keep-alive',
  'server',
  'via',
  'alt-svc',
])
const FROM_TARGETS: readonly AnswerKind[] = [
  'extra-headers',
  'unauthorized',
  'redirect',
  'html-login',
]

export function headerRows(behind: () => FrontedGateway): void {
  afterEach(() => behind().target.behaveHonestly())
  const call = (change: Parameters<ReturnType<typeof goodCall>['text']>[0] = {}) =>
    behind().send(goodCall(behind()).text(change))
  const recorded = (requestId = '') =>
    behind()
      .audit()
      .filter((record) => record['requestId'] === requestId)

  test('H-01 CVE-2026-30851: no identity header reaches the target, and the record is of the token’s person', async () => {
    const answer = await call({ more: carrying(IDENTITY_HEADERS) })
    expect(answer?.status).toBe(200)
    const kinds = () => recorded(answer?.header('x-sallyport-request-id')).map(({ kind }) => kind)
    await expect.poll(kinds).toEqual(['intent', 'outcome'])
    expect(behind().target.recording.bytes().includes(CANARY)).toBe(false)
    expect(JSON.stringify(behind().audit()) + behind().log()).not.toContain(CANARY)
  })

  test('H-01 CVE-2026-30851: an identity header without a token is no identity', async () => {
    const lines = goodCall(behind()).lines.filter((line) => !line.startsWith('authorization'))
    const answer = await call({ lines, more: carrying(IDENTITY_HEADERS) })
    expect(answer?.status).toBe(401)
    expect(answer?.header('www-authenticate')).toContain(`"${behind().publicUrl}/.well-known/`)
  })

  test.each(SPELLINGS_OF_IDENTITY)(
    'H-02 CVE-2025-64484: `%s` does not reach the target',
    async (name) => {
      expect([200, 400]).toContain((await call({ more: carrying([name]) }))?.status)
      expect(behind().target.recording.bytes().includes(CANARY)).toBe(false)
      expect(await behind().nextClient()).toBe(200)
    },
  )

  test.each(LISTED_AS_HOP_BY_HOP)(
    'H-03 CVE-2025-48865: `Connection: %s` takes no check away',
    async (listed) => {
      const before = behind().callsAtTarget().length
      const answer = await call({ more: [`Connection: ${listed}`] })
      // A front end may drop what is listed: then the gateway lacks it and refuses.
      const executed = behind().callsAtTarget().length - before
      expect([
        [200, 1],
        [400, 0],
        [401, 0],
        [406, 0],
        [415, 0],
      ]).toContainEqual([answer?.status, executed])
      const last = behind().target.recording.calls().at(-1)
      expect(last?.headers.get('mcp-name')).toBe('echo')
      expect(last?.headers.get('mcp-method')).toBe('tools/call')
    },
  )

  test('H-04 CVE-2026-40575: nothing that is forwarded is taken for the peer, or reaches the target', async () => {
    const answer = await call({ more: FORWARDING_LINES })
    expect(answer?.status).toBe(200)
    const requestId = answer?.header('x-sallyport-request-id')
    await expect.poll(() => recorded(requestId).length).toBe(2)
    const folder = join(behind().folder, 'state/audit')
    const personal = readdirSync(folder)
      .filter((name) => name.endsWith('.personal.jsonl'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('')
    expect(personal).toContain('127.0.0.1')
    expect(personal + JSON.stringify(behind().audit()) + behind().log()).not.toContain(
      '203.0.113.7',
    )
    expect(behind().target.recording.bytes().includes('203.0.113.7')).toBe(false)
  })

  test('H-04 RFC 9110 §7.2: a forwarded host does not stand for Host', async () => {
    const lines = goodCall(behind()).lines.map((line) =>
      line.replace(/^Host: .*/, 'Host: evil.example'),
    )
    const more = [`X-Forwarded-Host: 127.0.0.1:${behind().port}`]
    expect((await call({ lines, more }))?.status).toBe(421)
  })

  test('H-04 GHSA-5m6w-wvh7-57vm: the metadata of a resource names publicUrl alone', async () => {
    const line = 'GET /.well-known/oauth-protected-resource/mcp/records HTTP/1.1'
    const host = `Host: 127.0.0.1:${behind().port}`
    const answer = await behind().send([line, host, ...FORWARDING_LINES, '', ''].join('\r\n'))
    expect(answer?.json()).toMatchObject({ resource: behind().resource('records') })
    expect(answer?.body).not.toContain('evil')
  })

  test.each(FROM_TARGETS)(
    'H-07 RFC 9110 §7.6: nothing of the head of `%s` comes back',
    async (kind) => {
      behind().target.behave({ answer: kind })
      const answer = await call()
      expect(answer?.status).not.toBe(401)
      const foreign = answer?.headers.map(([name]) => name).filter((name) => !COME_BACK.has(name))
      expect(foreign).toEqual([])
    },
  )

  test('H-09 CVE-2026-21710: names of prototype members are headers like any other', async () => {
    const more = MEMBERS_OF_EVERY_OBJECT.flatMap((name) => [`${name}: a`, `Mcp-Param-${name}: b`])
    expect([200, 400]).toContain((await call({ more }))?.status)
    expect(await behind().nextClient()).toBe(200)
  })
}
