// M-08, mcp/input/request-state.ts: a state belongs to one principal and one request, for ten minutes.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createRequestStates,
  STATE_LIFE_MS,
  type RequestStates,
  type StateBinding,
} from '../../../src/mcp/input/request-state.ts'
import { isRefusal } from '../../../src/refusal.ts'
import { openSealingKeys } from '../../../src/secrets/sealing-keys.ts'
import { createSeals } from '../../../src/secrets/seals.ts'
import { identity, identityOf } from '../../authorize/world.ts'

let folder: string
let states: RequestStates
let nowMs = 1_800_000_000_000
const clock = { wallMs: () => nowMs, monotonicMs: () => nowMs }
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-states-'))
  states = createRequestStates(createSeals(openSealingKeys(folder, clock)).of('state'), clock)
})
afterAll(() => rmSync(folder, { recursive: true }))

const binding: StateBinding = {
  identity: identity('alice'),
  method: 'tools/call',
  target: 'records',
  name: 'records___write',
  args: { id: 1, tags: ['a', 'b'] },
}
const refusedAs = (sealed: string, other: Partial<StateBinding> = {}): string | undefined => {
  const opened = states.open(sealed, { ...binding, ...other })
  return isRefusal(opened) ? opened.refused : undefined
}

describe('MRTR: the state of a target on its way', () => {
  test('comes back as it was, for the very same request, in whatever order its arguments are', () => {
    const sealed = states.seal('the state', binding)
    const args = { tags: ['a', 'b'], id: 1 }
    expect(states.open(sealed, { ...binding, args })).toEqual({ state: 'the state' })
  })

  test('property: any one character of it changed is refused', () => {
    const sealed = states.seal('the state', binding)
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.nat(63), (at, to) => {
        const letter = letters[to] ?? ''
        if (sealed[at] === letter) return true
        const other = sealed.slice(0, at) + letter + sealed.slice(at + 1)
        return refusedAs(other) === 'call.request_state_invalid'
      }),
    )
  })

  test.each([
    ['another person', { identity: identity('bob') }],
    ['another method', { method: 'prompts/get' }],
    ['another target', { target: 'other' }],
    ['another tool', { name: 'records___delete' }],
    ['other arguments', { args: { id: 2, tags: ['a', 'b'] } }],
    ['other order in a list', { args: { id: 1, tags: ['b', 'a'] } }],
  ])('is refused with %s', (_, other) => {
    expect(refusedAs(states.seal('the state', binding), other)).toBe('call.request_state_invalid')
  })

  test('is refused with another client, issuer or tenant of the same person', () => {
    const sealed = states.seal('the state', binding)
    for (const member of ['clientId', 'issuer', 'tenant']) {
      const principal = { ...binding.identity.principal, [member]: 'other' }
      const other = identityOf(principal)
      expect(refusedAs(sealed, { identity: other })).toBe('call.request_state_invalid')
    }
  })

  test('lives ten minutes', () => {
    const sealed = states.seal('the state', binding)
    nowMs += STATE_LIFE_MS - 1
    expect(refusedAs(sealed)).toBeUndefined()
    nowMs += 2
    expect(refusedAs(sealed)).toBe('call.request_state_expired')
    nowMs -= 10 * STATE_LIFE_MS
    expect(refusedAs(sealed)).toBe('call.request_state_expired')
  })
})
