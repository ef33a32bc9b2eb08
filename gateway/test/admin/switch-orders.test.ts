import { expect, test } from 'vitest'
import { createSwitchOrders, type SwitchOrder } from '../../src/admin/switch-orders.ts'
import { switchKey, type Switch, type Switched } from '../../src/authorize/switches/switch.ts'
import { OPERATOR } from './operator.ts'

const HERE = 'https://login.acme.example'
const FORMER = 'https://former.acme.example'
const off = (switched: Switched): Switch => ({ switched, reason: 'a test', sinceMs: 0 })
const bobOf = (issuer: string): Switched => ({ what: 'person', issuer, name: 'bob' })

/** `stored`: what another process disabled, and this one has not read yet. */
function make(disabled: readonly Switch[], stored: readonly Switch[] = []) {
  let now = disabled
  const recorded: SwitchOrder[] = []
  const orders = createSwitchOrders({
    requireRole: async () => OPERATOR,
    issuers: () => [HERE],
    principals: () => [],
    targets: () => [],
    tools: () => [],
    nowMs: () => 0,
    disabled: () => now,
    refresh: async () => void (now = [...disabled, ...stored]),
    record: async (order) => void recorded.push(order),
    disable: async () => 0,
    enable: async (switched) => {
      const before = now.length
      now = now.filter((one) => switchKey(one.switched) !== switchKey(switched))
      return now.length < before
    },
  })
  const enable = (more: object) =>
    orders.enable({ what: 'person', name: 'bob', reason: 'a test', ...more })
  return { enable, recorded, disabled: () => now }
}

test('a person of an issuer that is trusted no more is enabled by name, and by name and issuer', async () => {
  for (const issuer of [undefined, FORMER]) {
    const { enable, disabled } = make([off(bobOf(FORMER))])
    const answer = await enable(issuer === undefined ? {} : { issuer })
    expect(answer).toEqual({ enabled: bobOf(FORMER), was: 'disabled' })
    expect(disabled()).toEqual([])
  }
})

test('somebody of that name of two issuers is asked for, and an issuer that nobody knows is none', async () => {
  const { enable, disabled } = make([off(bobOf(FORMER)), off(bobOf(HERE))])
  await expect(enable({})).rejects.toThrow(`name one: ${FORMER}, ${HERE}`)
  await expect(enable({ issuer: 'https://nobody.example' })).rejects.toThrow(
    'is no issuer of this gateway',
  )
  await enable({ issuer: FORMER })
  expect(disabled().map(({ switched }) => switched)).toEqual([bobOf(HERE)])
})

test('policy-audit §2.2: what was not disabled is not recorded as enabled', async () => {
  const { enable, recorded } = make([])
  expect(await enable({})).toEqual({ enabled: bobOf(HERE), was: 'enabled' })
  expect(recorded).toEqual([])
})

test('what another process disabled a moment ago is enabled, and recorded', async () => {
  const { enable, recorded } = make([], [off(bobOf(HERE))])
  expect(await enable({})).toMatchObject({ was: 'disabled' })
  expect(recorded).toMatchObject([{ state: 'enabled', switched: bobOf(HERE) }])
})
