import { describe, expect, test } from 'vitest'
import { approvalRule, durationMs } from '../../../src/authorize/approval/annotation.ts'
import { requiredApproval } from '../../../src/authorize/approval/required-approval.ts'
import { catalogue, files, findingsOf, loadInto, unloaded } from '../world.ts'
import { TOOL } from './world.ts'

const permit = (annotations: Record<string, string | null>) =>
  approvalRule({ effect: 'permit', annotations })

describe('policy-audit §1.5: what a permit says of approval', () => {
  test('role and time; an hour where no time is said', () => {
    expect(permit({})).toBeUndefined()
    expect(permit({ approval: 'approver' })).toEqual({ role: 'approver', lifeMs: 3_600_000 })
    expect(permit({ approval: 'cfo', approval_expires: '15m' })).toEqual({
      role: 'cfo',
      lifeMs: 900_000,
    })
  })

  test.for([
    [{ approval: null }, /names no role/],
    [{ approval: '' }, /names no role/],
    [{ approval: 'Two Words' }, /names no role/],
    [{ approval_expires: '15m' }, /needs `@approval/],
    [{ approval: 'approver', approval_expires: '15' }, /is no time/],
    [{ approval: 'approver', approval_expires: '0m' }, /is no time/],
    [{ approval: 'approver', approval_expires: '9s' }, /is no time/],
    [{ approval: 'approver', approval_expires: '8d' }, /is no time/],
    [{ approval: 'approver', approval_expires: null }, /is no time/],
  ] as const)('%o refuses the set', ([annotations, words]) => {
    expect(permit(annotations)).toMatch(words)
  })

  test('a `forbid` cannot ask for approval, and the finding has its line', async () => {
    const text =
      'permit (principal, action, resource);\n\n@approval("approver")\nforbid (principal, action, resource);'
    const loaded = await loadInto(unloaded(), files(text), catalogue([TOOL]))
    expect(findingsOf(loaded)).toEqual([
      '1.cedar:3:1 a `forbid` cannot ask for approval: remove `@approval`',
    ])
  })

  test('every policy that permits must ask; any of their roles will do, the shortest time counts', () => {
    const policy = (id: string, annotations: Record<string, string> = {}) => ({
      id,
      effect: 'permit' as const,
      annotations,
    })
    const slice = [
      policy('plain'),
      policy('a', { approval: 'one', approval_expires: '2h' }),
      policy('b', { approval: 'two', approval_expires: '30m' }),
    ]
    expect(requiredApproval(slice, ['plain', 'a'])).toBeUndefined()
    expect(requiredApproval(slice, ['a'])).toEqual({ roles: ['one'], lifeMs: 7_200_000 })
    expect(requiredApproval(slice, ['a', 'b'])).toEqual({
      roles: ['one', 'two'],
      lifeMs: 1_800_000,
    })
  })

  test('times are numbers with a unit', () => {
    expect(['10s', '2h', '7d', '1.5h', '-1h', '1w', 'h'].map(durationMs)).toEqual([
      10_000,
      7_200_000,
      604_800_000,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})
