// The third answer, end to end: a call waits for a second person, is approved by them and goes through once.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  APPROVAL_POLICY,
  referenceIn,
  startApprovalWorld,
  type ApprovalWorld,
} from '../support/approval-world.ts'
import { changePolicies } from '../support/change.ts'
import { order } from '../support/operator.ts'
import { codeOf } from '../support/present.ts'

let world: ApprovalWorld
beforeAll(async () => {
  world = await startApprovalWorld({ yaml: 'approvals: { waitingPerPerson: 100 }' })
})
afterAll(() => world.stop())

/** Each test writes a record of its own. */
let large = { id: 0, amount: 5000, note: 'to payee 4711' }
beforeEach(() => {
  large = { ...large, id: large.id + 1 }
})

const ask = async () => referenceIn(await world.write('carol', large))
const decide = (who: 'carol' | 'dan', reference: string, answer = 'given') =>
  world.orderAs(who, '/approvals/decide', { reference, answer, reason: 'checked' })
const approved = async (): Promise<string> => {
  const reference = await ask()
  expect((await decide('dan', reference)).status).toBe(200)
  return reference
}
const states = (reference: string) =>
  world
    .recorded('approval')
    .filter((detail) => detail['reference'] === reference)
    .map(({ state }) => state)
const sent = () => world.callsAtTarget().filter((body) => body.includes(`"id":${large.id},`)).length

describe('policy-audit §1.5: approval by a second person', () => {
  test('product.md step 4: Alice is denied, Carol waits for Dan, and her repeat goes through once', async () => {
    expect(codeOf(await world.write('alice', large))).toBe('authorize.no_such_tool')
    expect(codeOf(await world.write('carol', { ...large, amount: 900 }))).toBeUndefined()

    const asked = await world.write('carol', large)
    expect([asked.status, codeOf(asked)]).toEqual([200, 'authorize.needs_approval'])
    expect(asked.json()).toMatchObject({ result: { isError: true } })
    const reference = referenceIn(asked)
    expect(await ask()).toBe(reference)

    const own = await decide('carol', reference)
    expect([own.status, own.body['error']]).toEqual([403, expect.stringMatching(/yourself/)])
    expect(codeOf(await world.write('carol', large))).toBe('authorize.needs_approval')

    const shown = await world.orderAs('dan', '/approvals/show', { reference })
    expect(shown.body).toMatchObject({
      tool: 'records___write_record',
      state: 'asked',
      requester: { subject: 'carol', tenant: 'acme', client: 'test-client' },
      arguments: large,
      policies: ['test.cedar#large'],
    })
    expect((await decide('dan', reference)).status).toBe(200)

    const done = await world.write('carol', large)
    expect(done.json()).toMatchObject({ result: { structuredContent: { arguments: large } } })
    const third = await world.write('carol', large)
    expect(codeOf(third)).toBe('authorize.needs_approval')
    expect(referenceIn(third)).not.toBe(reference)
    expect(sent()).toBe(2)
  })

  test('who asked, who approved and that it was used is in the log, and personal values are not', async () => {
    const reference = await approved()
    const done = await world.write('carol', large)
    expect(states(reference)).toEqual(['asked', 'given', 'used'])
    const records = world.audit()
    const decisionOf = (record: Record<string, unknown>) =>
      record['decision'] as Record<string, unknown> | undefined
    const intent = records.find((record) => decisionOf(record)?.['approval'] === reference)
    expect(intent).toMatchObject({
      kind: 'intent',
      requestId: done.header('x-sallyport-request-id'),
    })
    const ours = records.filter(
      ({ kind, detail }) =>
        kind === 'approval' && (detail as Record<string, unknown>)['reference'] === reference,
    )
    const [asker, decider, user] = ours.map(
      ({ about }) => (about as Record<string, unknown>)['subject'],
    )
    expect(user).toBe(asker)
    expect(decider).not.toBe(asker)
    expect(JSON.stringify(records)).not.toMatch(/"carol"|"dan"|to payee/)
    expect(world.log()).not.toMatch(/"carol"|"dan"|to payee/)
  })

  test.for([
    ['another amount', { amount: 5001 }],
    ['another payee, which no policy reads', { note: 'to payee 4712' }],
    ['one argument less', { note: undefined }],
  ] as const)('an approval is for the full arguments: %s needs its own', async ([, change]) => {
    await approved()
    const other = await world.write('carol', { ...large, ...change })
    expect(codeOf(other)).toBe('authorize.needs_approval')
    expect(codeOf(await world.write('carol', large))).toBeUndefined()
  })

  test('the order of members is no other call', async () => {
    await approved()
    const { id, amount, note } = large
    expect(codeOf(await world.write('carol', { note, amount, id }))).toBeUndefined()
  })

  test('R4: it is for this person at this client of this tenant alone', async () => {
    await approved()
    for (const token of [
      world.tokenOf('dan'),
      world.tokenOf('carol', { client_id: 'other-client' }),
      world.tokenOf('carol', { tenant: 'other' }),
    ]) {
      expect(codeOf(await world.write('carol', large, { token }))).toBe('authorize.needs_approval')
    }
    expect(codeOf(await world.write('carol', large))).toBeUndefined()
  })

  test('of 50 repeats at once exactly one passes', { timeout: 30_000 }, async () => {
    const reference = await approved()
    const token = world.tokenOf('carol')
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => world.write('carol', large, { token })),
    )
    const codes = answers.map(codeOf)
    expect(codes.filter((code) => code === undefined)).toHaveLength(1)
    expect(codes.filter((code) => code === 'authorize.needs_approval')).toHaveLength(49)
    expect(sent()).toBe(1)
    expect(states(reference)).toEqual(['asked', 'given', 'used'])
  })

  test('a refusal is told, and holds as long as the request would have', async () => {
    const reference = await ask()
    expect((await decide('dan', reference, 'refused')).status).toBe(200)
    const refused = await world.write('carol', large)
    expect(codeOf(refused)).toBe('authorize.approval_refused')
    expect(refused.body).toContain(reference)
    expect(refused.body).not.toContain('checked')
    expect((await decide('dan', reference)).body['error']).toMatch(/decided already/)
  })

  test('an approval that was not used is taken back', async () => {
    await decide('dan', await approved(), 'refused')
    expect(codeOf(await world.write('carol', large))).toBe('authorize.approval_refused')
  })

  test('arguments that nobody reviews are not put up', async () => {
    const answer = await world.write('carol', { ...large, note: 'x'.repeat(70_000) })
    expect(codeOf(answer)).toBe('authorize.approval_not_possible')
  })
})

describe('architecture §4: who decides, and who sees', () => {
  test('without a token, and without the role, nothing is decided and nothing is shown', async () => {
    const reference = await ask()
    expect((await order(world, '/approvals/list', {})).status).toBe(401)
    const decision = { reference, answer: 'given', reason: 'x' }
    expect((await order(world, '/approvals/decide', decision)).status).toBe(401)
    expect((await world.orderAs('alice', '/approvals/decide', decision)).status).toBe(403)
    expect((await world.orderAs('erin', '/approvals/decide', decision)).status).toBe(403)
    expect((await world.orderAs('alice', '/approvals/list')).body).toEqual({
      approvals: [],
      roles: [],
    })
    expect((await world.orderAs('alice', '/approvals/show', { reference })).status).toBe(400)
    expect((await world.orderAs('erin', '/approvals/show', { reference })).status).toBe(200)
    expect((await world.orderAs('carol', '/approvals/show', { reference })).status).toBe(200)
    expect(codeOf(await world.write('carol', large))).toBe('authorize.needs_approval')
  })
})

describe('an approval never stands against', () => {
  test('a disabled tool, and stays unused', async () => {
    const reference = await approved()
    const tool = { what: 'tool', name: 'records___write_record', reason: 'a test' }
    expect((await world.orderAs('erin', '/disable', tool)).status).toBe(200)
    expect(codeOf(await world.write('carol', large))).toBe('authorize.disabled')
    expect(states(reference)).toEqual(['asked', 'given'])
    expect((await world.orderAs('erin', '/enable', tool)).status).toBe(200)
    expect(codeOf(await world.write('carol', large))).toBeUndefined()
  })

  test('other policies, and what a policy forbids', async () => {
    expect(codeOf(await world.write('carol', { ...large, amount: 2_000_000 }))).toBe(
      'authorize.denied',
    )
    const reference = await approved()
    await changePolicies(world, `${APPROVAL_POLICY}// another version\n`)
    expect(codeOf(await world.write('carol', large))).toBe('authorize.needs_approval')
    await changePolicies(world, `${APPROVAL_POLICY}forbid (principal, action, resource);\n`)
    expect(codeOf(await world.write('carol', large))).toBe('authorize.no_such_tool')
    await changePolicies(world, APPROVAL_POLICY)
    expect(states(reference)).toEqual(['asked', 'given'])
    expect(codeOf(await world.write('carol', large))).toBeUndefined()
  })

  test('a revocation of the person', async () => {
    await approved()
    const token = world.tokenOf('carol')
    await order(world, '/revoke', { user: 'carol', reason: 'a test' })
    const refused = await world.write('carol', large, { token })
    expect([refused.status, codeOf(refused)]).toEqual([401, 'identify.token_revoked'])
    expect(sent()).toBe(0)
  })
})
