import { expect, test } from 'vitest'
import { createSampled } from '../../src/audit/sampled.ts'
import type { Identity } from '../../src/identify/identity.ts'
import { refuse } from '../../src/refusal.ts'
import { identityOf } from './products.ts'

function start() {
  let nowMs = 0
  const appended: { kind: string; members: Record<string, unknown> }[] = []
  const sampled = createSampled(
    { wallMs: () => nowMs, monotonicMs: () => nowMs },
    (kind, _fields, members) => appended.push({ kind, members }),
  )
  const deny = (times: number, peerAddress = '192.0.2.1', identity?: Identity): void => {
    for (let n = 0; n < times; n += 1) {
      sampled.refusal(refuse('identify.no_token'), {
        requestId: `r${n}`,
        traceId: undefined,
        peerAddress,
        identity,
        tool: undefined,
        method: undefined,
      })
    }
  }
  return { sampled, appended, deny, pass: (ms: number) => (nowMs += ms) }
}

test('D-14: of one caller and code 100 refusals a second are recorded, the rest is counted', () => {
  const { sampled, appended, deny, pass } = start()
  deny(1000)
  expect(appended).toHaveLength(100)
  deny(50, '192.0.2.2')
  expect(appended).toHaveLength(150)
  pass(1000)
  sampled.drain()
  expect(appended.slice(150)).toEqual([
    { kind: 'refusal', members: { code: 'identify.no_token', suppressed: 900 } },
  ])
  sampled.drain()
  deny(1)
  expect(appended).toHaveLength(152)
})

test('D-14: callers without number share what is left, and none goes uncounted', () => {
  const { sampled, appended, deny, pass } = start()
  const CALLERS = 5000
  for (let n = 0; n < CALLERS; n += 1) deny(1, `192.0.2.${n}`)
  expect(appended.length).toBeLessThan(CALLERS / 2)
  const recorded = appended.length
  pass(1000)
  sampled.drain()
  const counted = appended
    .slice(recorded)
    .reduce((sum, { members }) => sum + Number(members['suppressed']), 0)
  expect(recorded + counted).toBe(CALLERS)
})

test('policy-audit §2.2: lists are sampled, one a second of each principal', () => {
  const { sampled, appended, pass } = start()
  const alice = identityOf('alice')
  for (let n = 0; n < 5; n += 1)
    sampled.list(alice, `r${n}`, { shown: 3, hidden: 2, wouldHide: [] })
  sampled.list(identityOf('bob'), 'r9', { shown: 1, hidden: 4, wouldHide: ['t___x'] })
  expect(appended).toEqual([
    { kind: 'list', members: { hidden: 2, shown: 3 } },
    { kind: 'list', members: { hidden: 4, shown: 1, would_hide: ['t___x'] } },
  ])
  pass(1000)
  sampled.drain()
  expect(appended.at(-1)).toEqual({ kind: 'list', members: { suppressed: 4 } })
})
