// Arguments against the approved input schema, over the wire (policy-audit §1.6): the target sees none that do not fit.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { codeOf } from '../support/present.ts'

const tool = (name: string, properties: object, more: object = {}) => ({
  name,
  description: 'Does what its name says.',
  inputSchema: { type: 'object', properties, additionalProperties: false, ...more },
})
const TOOLS = [
  tool('write_record', { id: { type: 'integer', minimum: 0 }, amount: { maximum: 0.3 } }),
  tool('delete_record', { id: { type: 'integer' } }),
  tool('unclear', { id: { minLenght: 3 } }),
]

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({
    targetSettings: 'checkArguments: true',
    target: { tools: TOOLS },
  })
})
afterAll(() => world.stop())

const call = (name: string, args: object) =>
  world.call({ method: 'tools/call', params: { name, arguments: args } })
const refusals = () => world.audit().filter(({ kind }) => kind === 'refusal')

describe('issue 4: a target that asks for it', () => {
  test('arguments that do not fit are refused by name, recorded, and never reach it', async () => {
    const answer = await call('write_record', { id: -1, note: 'hunter2' })
    const { result } = answer.json() as { result: Record<string, unknown> }
    expect(result).toMatchObject({
      isError: true,
      _meta: {
        'sallyport/refusal': {
          code: 'authorize.invalid_arguments',
          seen: '`/id`: a number',
          expected: 'a number of at least 0',
          request_id: expect.stringMatching(/./) as string,
        },
      },
    })
    expect(codeOf(await call('write_record', { note: 'hunter2' }))).toBe(
      'authorize.invalid_arguments',
    )
    expect(world.callsAtTarget()).toEqual([])
    await expect.poll(() => refusals().length).toBe(2)
    expect(JSON.stringify(refusals())).toContain('authorize.invalid_arguments')
    expect(JSON.stringify(refusals())).not.toMatch(/hunter2|\/note/)
  })

  test('what fits goes on as it was written', async () => {
    expect(codeOf(await call('write_record', { id: 1, amount: 0.3 }))).toBeUndefined()
    expect(world.callsAtTarget()).toHaveLength(1)
    expect(world.callsAtTarget()[0]).toContain('{"id":1,"amount":0.3}')
  })

  test('M-10: of a tool that the caller may not see, arguments say nothing', async () => {
    const unknown = (await call('no_such_tool', { id: 'x' })).json()['error']
    for (const name of ['delete_record', 'unclear']) {
      const error = (await call(name, { id: 'x' })).json()['error']
      const plain = (one: unknown) => JSON.stringify(one).replace(/"request_id":"[^"]*"/, '')
      expect(plain(error)).toBe(plain(unknown))
    }
  })

  test('a tool whose schema cannot be checked is neither listed nor callable, and the log says why', async () => {
    const { tools } = (await world.call({ method: 'tools/list' })).json()['result'] as {
      tools: { name: string }[]
    }
    expect(tools.map(({ name }) => name)).toEqual(['write_record'])
    await expect.poll(() => JSON.stringify(refusals())).toContain('`minLenght`')
  })
})

test('a target that does not ask for it gets what was sent', async () => {
  const other = await startTestGateway({ target: { tools: TOOLS } })
  try {
    const params = { name: 'write_record', arguments: { id: 'x' } }
    expect(codeOf(await other.call({ method: 'tools/call', params }))).toBeUndefined()
    expect(other.callsAtTarget()).toHaveLength(1)
  } finally {
    await other.stop()
  }
})
