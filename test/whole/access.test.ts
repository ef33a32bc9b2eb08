// Access for a time, end to end: a denied person asks by the request id, a second person grants, and it ends.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startApprovalWorld, type ApprovalWorld, type Who } from '../support/approval-world.ts'
import { codeOf } from '../support/present.ts'
import type { RawAnswer } from '../support/raw.ts'

const TOOL = 'records___read_record'
const POLICY = `@id("readers")
permit (principal is AgentCore::OAuthUser, action == AgentCore::Action::"${TOOL}", resource)
when { principal.hasTag("groups") && principal.getTag("groups") like "*|controllers|*" };

@id("nobody-deletes")
forbid (principal, action == AgentCore::Action::"records___delete_record", resource);

@id("not-the-first")
forbid (principal, action == AgentCore::Action::"${TOOL}", resource) when { context.input.id == 0 };
`

let world: ApprovalWorld
let people = 0
let alice = ''
beforeAll(async () => {
  world = await startApprovalWorld({ policies: POLICY })
})
beforeEach(() => {
  alice = `alice-${people++}`
})
afterAll(() => world.stop())

const tokenOf = () => world.tokenOf('alice', { sub: alice })
const read = (args = { id: 1 }, name = 'read_record') =>
  world.write('alice', args, { token: tokenOf(), name })
const idOf = (answer: RawAnswer) => answer.header('x-sallyport-request-id') ?? ''
const ask = (requestId: string, token = tokenOf()) =>
  world.call({ method: 'sallyport/access', params: { requestId, reason: 'month-end' }, token })
const referenceOf = (answer: RawAnswer) =>
  (answer.json() as { result?: { reference?: string } }).result?.reference ?? ''
const grant = (reference: string, who: Who = 'dan', time = '2h') =>
  world.orderAs(who, '/access/grant', { reference, for: time, reason: 'Bob is away' })
const listed = async () => {
  const answer = await world.call({ method: 'tools/list', token: tokenOf() })
  return (answer.json()['result'] as { tools: { name: string }[] }).tools.map(({ name }) => name)
}
const states = (reference: string) =>
  world
    .recorded('access')
    .filter((detail) => detail['reference'] === reference)
    .map(({ state }) => state)

describe('issue 4, Deliver 4: from a denial a person may ask for access', () => {
  test('asked by the request id, granted by a second person, ended: each recorded, each at once', async () => {
    const denied = await read()
    expect(codeOf(denied)).toBe('authorize.no_such_tool')
    const reference = referenceOf(await ask(idOf(denied)))
    expect(referenceOf(await ask(idOf(await read())))).toBe(reference)
    expect(await listed()).toEqual([])

    expect((await grant(reference)).body).toMatchObject({ state: 'granted', tool: TOOL })
    expect(await listed()).toEqual(['read_record'])
    expect(codeOf(await read())).toBeUndefined()
    const intent = world.audit().findLast(({ kind }) => kind === 'intent')
    expect(intent).toMatchObject({ decision: { access: reference, policies: [] } })

    const end = { reference, reason: 'done' }
    expect((await world.orderAs('dan', '/access/end', end)).status).toBe(200)
    expect(codeOf(await read())).toBe('authorize.no_such_tool')
    expect(await listed()).toEqual([])
    expect(states(reference)).toEqual(['asked', 'granted', 'ended'])
    expect(JSON.stringify(world.audit())).not.toContain(alice)
  })

  test('R4: it is for this person at this client, and for this tool', async () => {
    await grant(referenceOf(await ask(idOf(await read()))))
    const args = { id: 1 }
    const name = 'read_record'
    for (const claims of [{ sub: 'mallory' }, { sub: alice, client_id: 'other' }]) {
      const answer = await world.write('alice', args, {
        token: world.tokenOf('alice', claims),
        name,
      })
      expect(codeOf(answer)).toBe('authorize.no_such_tool')
    }
    expect(codeOf(await read({ id: 1 }, 'echo'))).toBe('authorize.no_such_tool')
    expect(codeOf(await read())).toBeUndefined()
  })

  test('what a policy forbids stays forbidden, with a grant and without', async () => {
    await grant(referenceOf(await ask(idOf(await read()))))
    expect(codeOf(await read({ id: 0 }))).toBe('authorize.denied')
    const reference = referenceOf(await ask(idOf(await read({ id: 1 }, 'delete_record'))))
    expect((await grant(reference)).status).toBe(400)
    expect(codeOf(await read({ id: 1 }, 'delete_record'))).toBe('authorize.no_such_tool')
  })

  test('a disabled tool stays disabled', async () => {
    await grant(referenceOf(await ask(idOf(await read()))))
    const tool = { what: 'tool', name: TOOL, reason: 'a test' }
    await world.orderAs('erin', '/disable', tool)
    expect(codeOf(await read())).toBe('authorize.disabled')
    await world.orderAs('erin', '/enable', tool)
  })

  test('M-10: an unknown tool and a hidden one are asked for alike; only the operator learns which', async () => {
    const unknown = await ask(idOf(await read({ id: 1 }, 'no_such_tool')))
    const hidden = await ask(idOf(await read({ id: 1 }, 'read_record')))
    const shape = (answer: RawAnswer) => answer.body.replaceAll(/[0-9a-f]{32}/g, 'ID')
    expect(shape(unknown)).toBe(shape(hidden))
    expect((await grant(referenceOf(unknown))).body['error']).toMatch(/no approved tool/)
  })

  test('only the own denial of a while ago, with a reason, can be asked about', async () => {
    const denied = idOf(await read())
    const others = await ask(denied, world.tokenOf('carol'))
    expect(codeOf(others)).toBe('authorize.access_not_possible')
    expect(codeOf(await ask('0'.repeat(32)))).toBe('authorize.access_not_possible')
    expect(codeOf(await ask('no id'))).toBe('in.invalid_params')
    const allowed = await world.write('carol', { id: 1 }, { name: 'read_record' })
    const answer = await ask(idOf(allowed), world.tokenOf('carol'))
    expect(codeOf(answer)).toBe('authorize.access_not_possible')
  })

  test('nobody grants what they asked for, and nobody without the role', async () => {
    const reference = referenceOf(await ask(idOf(await read())))
    expect((await grant(reference, 'alice')).status).toBe(403)
    expect((await grant(reference, 'erin')).status).toBe(403)
    const carols = world.tokenOf('carol')
    const denied = await world.write('carol', { id: 1 }, { name: 'echo', token: carols })
    const own = referenceOf(await ask(idOf(denied), carols))
    expect((await grant(own, 'carol')).body['error']).toMatch(/yourself/)
    expect((await grant(reference, 'dan', '8d')).body['error']).toMatch(/no time up to 7d/)
    expect((await grant(reference, 'dan', 'long')).status).toBe(400)
  })
})
