// `search_tools` in place of a long list, for clients of both eras and on both kinds of endpoint (protocol §5): found is
// what its caller may see, called is what was found, and the log has it like a list.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { connectOld } from '../support/old-client.ts'
import { codeOf } from '../support/present.ts'

const inputSchema = { type: 'object', properties: { id: { type: 'integer' } } }
const TOPICS = ['price', 'weather', 'grid', 'note', 'alert', 'order']
const TOOLS = [
  ...TOPICS.flatMap((topic) =>
    ['read', 'write'].map((verb) => ({
      name: `${verb}_${topic}`,
      description: `${verb}s one ${topic}`,
      inputSchema,
    })),
  ),
  { name: 'search_tools', description: 'the tool of a target', inputSchema },
]
/** Analysts see everything, traders what is about prices and notes. */
const POLICY = `@id("analysts")
permit (principal is AgentCore::OAuthUser, action in AgentCore::Action::"CallTool", resource)
when { principal.hasTag("groups") && principal.getTag("groups") like "*|analysts|*" };
@id("traders")
permit (principal is AgentCore::OAuthUser, action in [
  AgentCore::Action::"records___read_price", AgentCore::Action::"records___write_price",
  AgentCore::Action::"records___read_note", AgentCore::Action::"records___write_note"
], resource)
when { principal.hasTag("groups") && principal.getTag("groups") like "*|traders|*" };`

let world: TestGateway
beforeAll(async () => {
  world = await startTestGateway({
    policies: POLICY,
    target: { tools: TOOLS, pageSize: 100 },
    yaml: 'search: { aboveTools: 3, alwaysShow: [records___read_note, records___read_grid] }',
  })
})
afterAll(() => world.stop())

type Person = 'analysts' | 'traders'
const tokenOf = (person: Person, path: string) => {
  const resource = world.resource(path === '/mcp' ? undefined : 'records')
  return world.token({ resource, claims: { sub: person, groups: [person] } })
}
const send = (
  person: Person,
  method: string,
  params: Readonly<Record<string, unknown>>,
  path = '/mcp',
) => world.call({ method, params, path, token: tokenOf(person, path) })

type Tools = { readonly tools: readonly { readonly name: string }[]; readonly more?: boolean }
async function list(person: Person, path = '/mcp'): Promise<readonly string[]> {
  const answer = await send(person, 'tools/list', {}, path)
  return (answer.json()['result'] as Tools).tools.map(({ name }) => name)
}
const search = (person: Person, args: object, path = '/mcp') =>
  send(person, 'tools/call', { name: 'search_tools', arguments: args }, path)
async function found(person: Person, args: object, path = '/mcp'): Promise<Tools> {
  const { result } = (await search(person, args, path)).json() as {
    result: { structuredContent: Tools; content: { text: string }[] }
  }
  expect(JSON.parse(result.content[0]?.text ?? '')).toEqual(result.structuredContent)
  return result.structuredContent
}

describe('search_tools', () => {
  test('a long list is the search, and what is always shown to whoever may see it', async () => {
    const shown = ['search_tools', 'records___read_grid', 'records___read_note']
    expect(await list('analysts')).toEqual(shown)
    expect(await list('traders')).toEqual(['search_tools', 'records___read_note'])
    expect(await list('traders', '/mcp/records')).toEqual(['search_tools', 'read_note'])
  })

  test('what it finds are whole definitions, and they can be called by the names in them', async () => {
    const { tools, more } = await found('traders', { query: 'write a price' })
    expect(tools[0]).toEqual({ ...TOOLS[1], name: 'records___write_price' })
    expect(more).toBe(false)
    const called = await send('traders', 'tools/call', {
      name: 'records___write_price',
      arguments: { id: 1 },
    })
    expect(codeOf(called)).toBeUndefined()
    const bare = await found('traders', { query: 'price', limit: 1 }, '/mcp/records')
    expect(bare).toMatchObject({ tools: [{ name: 'read_price' }], more: true })
  })

  test('attacks M-10: nothing that somebody may not see is in any answer, nor in the number of answers', async () => {
    const all = await found('traders', { query: '', limit: 50 })
    expect(all.tools.map(({ name }) => name)).toEqual([
      'records___read_note',
      'records___read_price',
      'records___write_note',
      'records___write_price',
    ])
    expect(all.more).toBe(false)
    expect(await found('traders', { query: 'weather' })).toEqual({ tools: [], more: false })
    expect((await found('analysts', { query: 'weather' })).tools).toHaveLength(2)
  })

  test('it is recorded like a list, and no target hears of it', async () => {
    const before = world.callsAtTarget().length
    // Lists of one person are recorded once a second.
    const token = world.token({
      resource: world.resource(),
      claims: { sub: 'reader', groups: ['analysts'] },
    })
    const params = { name: 'search_tools', arguments: { query: 'weather' } }
    await world.call({ method: 'tools/call', params, path: '/mcp', token })
    await expect
      .poll(() =>
        world
          .audit()
          .filter(({ kind }) => kind === 'list')
          .at(-1),
      )
      .toMatchObject({ shown: 2, hidden: 0 })
    expect(world.callsAtTarget()).toHaveLength(before)
    expect(world.audit().some(({ tool }) => tool === 'search_tools')).toBe(false)
  })

  test.for([
    ['no query', {}],
    ['a query that is too long', { query: 'a'.repeat(513) }],
    ['a limit of nothing', { query: 'a', limit: 0 }],
    ['a limit that is too large', { query: 'a', limit: 51 }],
    ['an argument that is not known', { query: 'a', regex: '.*' }],
  ] as const)('%s is refused', async ([, args]) => {
    expect(codeOf(await search('analysts', args))).toBe('in.invalid_params')
  })

  test('where no list is long there is no search, and a tool of that name is the target’s', async () => {
    const claims = { sub: 'nobody', groups: ['nobody'] }
    const token = world.token({ resource: world.resource(), claims })
    const params = { name: 'search_tools', arguments: { query: 'a' } }
    const answer = await world.call({ method: 'tools/call', params, path: '/mcp', token })
    expect(codeOf(answer)).toBe('authorize.no_such_tool')
    const called = await send('analysts', 'tools/call', {
      name: 'records___search_tools',
      arguments: { id: 1 },
    })
    expect(codeOf(called)).toBeUndefined()
    const own = await found('analysts', { query: '', limit: 50 }, '/mcp/records')
    expect(own.tools.map(({ name }) => name)).not.toContain('search_tools')
  })

  test('a client of the old era searches and calls like any other', async () => {
    const token = tokenOf('traders', '/mcp/records')
    const { client } = await connectOld(world, { token })
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(['search_tools', 'read_note'])
    const answer = await client.callTool({ name: 'search_tools', arguments: { query: 'price' } })
    expect(answer.structuredContent).toMatchObject({
      tools: [{ name: 'read_price' }, { name: 'write_price' }],
    })
    await client.close()
  })
})
