// Caches of tokens, decisions and lists under many calls at once of two people who may do different things: whatever
// was remembered of the one is never the other's answer.
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { codeOf } from '../support/present.ts'
import type { RawAnswer } from '../support/raw.ts'

// Both may echo; each may read the records that carry the own number, and one alone may write.
const POLICIES = `permit (principal, action == AgentCore::Action::"records___echo", resource);
permit (principal, action == AgentCore::Action::"records___read_record", resource)
when { principal.getTag("groups") like "*|one|*" && context.input.id == 1 };
permit (principal, action == AgentCore::Action::"records___read_record", resource)
when { principal.getTag("groups") like "*|two|*" && context.input.id == 2 };
permit (principal, action == AgentCore::Action::"records___write_record", resource)
when { principal.getTag("groups") like "*|one|*" };
`.replaceAll('principal.getTag', 'principal.hasTag("groups") && principal.getTag')

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({ policies: POLICIES })
})
afterAll(() => world.stop())

type Person = 'one' | 'two'
const people = fc.constantFrom<Person>('one', 'two')

function tokenOf(person: Person, more: Record<string, unknown> = {}): string {
  return world.token({ claims: { sub: person, groups: [person], ...more } })
}

async function call(token: string, name: string, args: object): Promise<RawAnswer> {
  return await world.call({ method: 'tools/call', params: { name, arguments: args }, token })
}

const answered = (answer: RawAnswer): string => codeOf(answer) ?? 'answered'

describe('two people at once (attacks J-18, R4, M-09)', () => {
  test('the cache of tokens: each token is the person whom it names', async () => {
    const tokens = { one: tokenOf('one'), two: tokenOf('two') }
    const order = fc.array(people, { minLength: 20, maxLength: 20 })
    const property = fc.asyncProperty(order, async (callers) => {
      const answers = await Promise.all(
        callers.map((person) => call(tokens[person], 'write_record', { id: 1, amount: 1 })),
      )
      expect(answers.map(answered)).toEqual(
        callers.map((person) => (person === 'one' ? 'answered' : 'authorize.no_such_tool')),
      )
    })
    await fc.assert(property, { numRuns: 8 })
  })

  test('the cache of decisions: the same arguments are decided for each person apart', async () => {
    const calls = fc.array(fc.tuple(people, fc.constantFrom(1, 2)), {
      minLength: 20,
      maxLength: 20,
    })
    const property = fc.asyncProperty(calls, async (made) => {
      const answers = await Promise.all(
        made.map(([person, id]) => call(tokenOf(person), 'read_record', { id })),
      )
      expect(answers.map(answered)).toEqual(
        made.map(([person, id]) =>
          (person === 'one') === (id === 1) ? 'answered' : 'authorize.denied',
        ),
      )
    })
    await fc.assert(property, { numRuns: 8 })
  })

  test('the cache of lists: each sees the own list', async () => {
    const order = fc.array(people, { minLength: 20, maxLength: 20 })
    const property = fc.asyncProperty(order, async (callers) => {
      const lists = await Promise.all(
        callers.map(async (person) => {
          const answer = await world.call({ method: 'tools/list', token: tokenOf(person) })
          const { tools } = answer.json()['result'] as { tools: readonly { name: string }[] }
          return tools.map(({ name }) => name).join(' ')
        }),
      )
      expect(lists).toEqual(
        callers.map((person) => `echo read_record${person === 'one' ? ' write_record' : ''}`),
      )
    })
    await fc.assert(property, { numRuns: 8 })
  })

  test('one subject of two clients is decided by the claims of the token at hand', async () => {
    const own = tokenOf('one')
    const other = tokenOf('one', { client_id: 'another-client', groups: ['two'] })
    const answers = await Promise.all(
      [own, other, own, other].map((token) => call(token, 'write_record', { id: 1, amount: 1 })),
    )
    const [first, second] = ['answered', 'authorize.no_such_tool']
    expect(answers.map(answered)).toEqual([first, second, first, second])
  })
})
