// Prompts, resources, templates and completion of a modern target through a started gateway (protocol §5, §6, §9): seen,
// decided, switched off, limited and recorded like tools.
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startDocumentsServer } from '@sallyport/sample/documents-server/documents-server.ts'
import { changePolicies } from '../support/change.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import {
  startOfferingTarget,
  whenOffered,
  type OfferingTarget,
} from '../support/offering-target.ts'
import { OPERATORS, switchOrder } from '../support/operators.ts'
import { codeOf } from '../support/present.ts'

const POLICIES = `
@id("prompts")
permit (principal is AgentCore::OAuthUser, action in AgentCore::Action::"GetPrompt", resource)
when { principal.hasTag("groups") && principal.getTag("groups") like "*|settlement-analysts|*" };

@id("no-long-ones")
forbid (principal, action == AgentCore::Action::"notes___prompt:summary", resource)
when { context.input has kind && context.input.kind == "long" };

@id("reading")
permit (principal is AgentCore::OAuthUser, action == AgentCore::Action::"notes___resource:read", resource)
when { context.input.uri like "notes://plan*" || context.input.uri like "notes://2026/*" || context.input.uri like "ui://*" };
`

let target: OfferingTarget
let world: TestGateway
beforeAll(async () => {
  target = await startOfferingTarget()
  world = await startTestGateway({
    policies: POLICIES,
    targetSettings: `instructions: "Records of Acme."`,
    yaml: `  notes: { kind: mcp, url: "${target.url}", allowInsecureTarget: true }
instructions: "Everything of Acme."
${OPERATORS}`,
  })
  await whenOffered(world)
})
beforeEach(() => changePolicies(world, POLICIES))
afterAll(async () => {
  await world.stop()
  await target.stop()
})

type Path = '/mcp' | '/mcp/notes'
function ask(method: string, params: Record<string, unknown> = {}, path: Path = '/mcp/notes') {
  const token = world.token({ resource: `${world.publicUrl}${path}` })
  return world.call({ method, params, path, token })
}
async function result(method: string, params: Record<string, unknown> = {}, path?: Path) {
  const answer = await ask(method, params, path)
  const { result: found, error } = answer.json() as {
    result?: Record<string, unknown>
    error?: unknown
  }
  if (found === undefined) throw new Error(JSON.stringify(error))
  return found
}
const named = (list: unknown, by: string) =>
  (list as Record<string, unknown>[]).map((one) => one[by])

describe('protocol §6: lists show what policies allow', () => {
  test('prompts, bare on the own endpoint of the target and with its name on that of all', async () => {
    const own = await result('prompts/list')
    const all = await result('prompts/list', {}, '/mcp')
    expect(named(own['prompts'], 'name')).toEqual(['plain', 'summary'])
    expect(named(all['prompts'], 'name')).toEqual(['notes___plain', 'notes___summary'])
    expect(own).toMatchObject({ resultType: 'complete', cacheScope: 'private', ttlMs: 60_000 })
  })

  test('resources by their URIs, which are never rewritten; an interface needs a tool that shows it', async () => {
    for (const path of ['/mcp', '/mcp/notes'] as const) {
      const { resources, cacheScope } = await result('resources/list', {}, path)
      expect(named(resources, 'uri')).toEqual(['notes://plan'])
      expect(cacheScope).toBe('private')
    }
    expect(codeOf(await ask('resources/read', { uri: 'ui://drawing' }))).toBe(
      'authorize.no_such_resource',
    )
    await changePolicies(
      world,
      `${POLICIES} permit (principal, action == AgentCore::Action::"notes___draw", resource);`,
    )
    const { resources } = await result('resources/list')
    expect(named(resources, 'uri')).toEqual(['notes://plan', 'ui://drawing'])
    expect(await result('resources/read', { uri: 'ui://drawing' })).toMatchObject({
      contents: [{ text: '<p>' }],
    })
  })

  test('templates of which some URI may be read', async () => {
    const { resourceTemplates } = await result('resources/templates/list')
    expect(named(resourceTemplates, 'uriTemplate')).toEqual(['notes://{year}/{name}'])
  })

  test('what is discovered is the union of what the caller sees, and the words are ours', async () => {
    expect(await result('server/discover')).toMatchObject({
      capabilities: { prompts: {}, resources: {}, completions: {} },
      instructions: 'Everything of Acme.',
    })
    const of = await world.call({ method: 'server/discover' })
    const { capabilities, instructions } = of.json()['result'] as Record<string, object>
    expect(Object.keys(capabilities ?? {})).not.toContain('prompts')
    expect(instructions).toBe('Records of Acme.')
    await changePolicies(world, '')
    const { capabilities: none } = await result('server/discover', {}, '/mcp')
    expect(Object.keys(none as object)).not.toContain('resources')
  })

  test('policy-audit §1.2: default deny, for prompts and resources alike', async () => {
    await changePolicies(
      world,
      'permit (principal, action in AgentCore::Action::"CallTool", resource);',
    )
    expect(await result('prompts/list')).toMatchObject({ prompts: [] })
    expect(await result('resources/list')).toMatchObject({ resources: [] })
    expect(await result('resources/templates/list')).toMatchObject({ resourceTemplates: [] })
    expect(codeOf(await ask('prompts/get', { name: 'plain' }))).toBe('authorize.no_such_prompt')
  })
})

describe('protocol §5: calls reach the target under its own names', () => {
  test('a prompt', async () => {
    const args = { note: 'plan', kind: 'shorter' }
    const got = await result('prompts/get', { name: 'notes___summary', arguments: args }, '/mcp')
    expect(got).toMatchObject({ messages: [{ content: { text: 'A shorter one of plan' } }] })
    expect(target.asked.at(-1)).toMatchObject({
      method: 'prompts/get',
      name: 'summary',
      params: { name: 'summary', arguments: args },
    })
  })

  test('a resource; what a target says of caches is not believed (M-09)', async () => {
    const got = await result('resources/read', { uri: 'notes://plan' }, '/mcp')
    expect(got).toMatchObject({
      contents: [{ uri: 'notes://plan', text: 'the plan' }],
      ttlMs: 60_000,
      cacheScope: 'private',
    })
    expect(target.asked.at(-1)).toMatchObject({
      method: 'resources/read',
      name: 'notes://plan',
      params: { uri: 'notes://plan' },
    })
  })

  test('a resource of a template, by the owner of the template', async () => {
    const got = await result('resources/read', { uri: 'notes://2026/march' }, '/mcp')
    expect(got).toMatchObject({ contents: [{ text: 'of 2026' }] })
  })

  test('completion of a prompt and of a template, with references mapped back', async () => {
    const ofPrompt = await result(
      'completion/complete',
      {
        ref: { type: 'ref/prompt', name: 'notes___summary' },
        argument: { name: 'kind', value: 'sho' },
        context: { arguments: { note: 'plan' } },
      },
      '/mcp',
    )
    expect(ofPrompt).toMatchObject({ completion: { values: ['short', 'shorter'] } })
    expect(target.asked.at(-1)).toMatchObject({
      name: undefined,
      params: {
        ref: { type: 'ref/prompt', name: 'summary' },
        argument: { name: 'kind', value: 'sho' },
        context: { arguments: { note: 'plan' } },
      },
    })
    const ofTemplate = await result('completion/complete', {
      ref: { type: 'ref/resource', uri: 'notes://{year}/{name}' },
      argument: { name: 'year', value: '202' },
    })
    expect(ofTemplate).toMatchObject({ completion: { values: ['2024', '2025', '2026'] } })
  })
})

describe('protocol §9: what is refused', () => {
  test('a prompt that may be seen is denied by its arguments, and the target is not asked', async () => {
    const before = target.asked.length
    const denied = await ask('prompts/get', {
      name: 'summary',
      arguments: { note: 'plan', kind: 'long' },
    })
    expect(denied.json()['error']).toMatchObject({ data: { code: 'authorize.denied' } })
    expect(target.asked).toHaveLength(before)
  })

  test('a resource that policy denies is like none: −32602', async () => {
    const denied = await ask('resources/read', { uri: 'notes://diary' })
    const unknown = await ask('resources/read', { uri: 'other://diary' }, '/mcp')
    expect(denied.json()['error']).toMatchObject({
      code: -32602,
      message: 'there is no such resource',
    })
    expect(unknown.json()['error']).toMatchObject({
      code: -32602,
      message: 'there is no such resource',
    })
  })

  test('arguments that are no text are no arguments of a prompt', async () => {
    const answer = await ask('prompts/get', { name: 'summary', arguments: { note: 1 } })
    expect(codeOf(answer)).toBe('in.invalid_params')
  })

  test('completion of what may not be seen is like that of nothing', async () => {
    await changePolicies(world, '')
    const argument = { name: 'kind', value: 'sho' }
    const prompt = { ref: { type: 'ref/prompt', name: 'summary' }, argument }
    const template = { ref: { type: 'ref/resource', uri: 'notes://{year}/{name}' }, argument }
    expect(codeOf(await ask('completion/complete', prompt))).toBe('authorize.no_such_prompt')
    expect(codeOf(await ask('completion/complete', template))).toBe('authorize.no_such_resource')
  })

  test('the name of a prompt is not that of a tool, and a tool is no prompt', async () => {
    const tool = await ask('tools/call', { name: 'prompt:plain' })
    expect(codeOf(tool)).toBe('authorize.no_such_tool')
    expect(codeOf(await ask('tools/call', { name: 'notes___prompt:plain' }, '/mcp'))).toBe(
      'authorize.no_such_tool',
    )
    expect(codeOf(await ask('prompts/get', { name: 'draw' }))).toBe('authorize.no_such_prompt')
  })
})

test('kill switch: a prompt and the reading of resources are switched off by their qualified names', async () => {
  const names = ['notes___prompt:plain', 'notes___resource:read']
  for (const name of names) {
    const said = await switchOrder(world, 'disable', 'tool', { name })
    expect(said.status).toBe(200)
  }
  expect(named((await result('prompts/list'))['prompts'], 'name')).toEqual(['summary'])
  expect(await result('resources/list')).toMatchObject({ resources: [] })
  expect(codeOf(await ask('prompts/get', { name: 'plain' }))).toBe('authorize.disabled')
  expect(codeOf(await ask('resources/read', { uri: 'notes://plan' }))).toBe('authorize.disabled')
  for (const name of names) await switchOrder(world, 'enable', 'tool', { name })
})

test('policy-audit §2.1: intent and outcome of a reading, and the true reason of a denial', async () => {
  const read = await ask('resources/read', { uri: 'notes://plan' })
  const denied = await ask('resources/read', { uri: 'notes://diary' })
  const records = (id: string | undefined) =>
    world.audit().filter(({ requestId }) => requestId === id)
  const idOf = (answer: typeof read) => answer.header('x-sallyport-request-id')
  await expect
    .poll(() => records(idOf(read)).map(({ kind }) => kind))
    .toEqual(['intent', 'outcome'])
  expect(records(idOf(read))[0]).toMatchObject({
    tool: { name: 'notes___resource:read', target: 'notes' },
  })
  await expect
    .poll(() => records(idOf(denied)))
    .toMatchObject([
      { kind: 'refusal', code: 'authorize.denied', tool: { name: 'notes___resource:read' } },
    ])
})

test('protocol §4: of a target of the old era they are the same', async () => {
  const documents = await startDocumentsServer()
  onTestFinished(documents.stop)
  const old = await startTestGateway({
    policies: `permit (principal is AgentCore::OAuthUser, action, resource);`,
    yaml: `  documents: { kind: mcp, url: "${documents.url}", allowInsecureTarget: true }`,
  })
  onTestFinished(old.stop)
  await whenOffered(old)
  const token = old.token({ resource: old.resource() })
  const of = async (method: string, params: Record<string, unknown> = {}) => {
    const answer = await old.call({ method, params, path: '/mcp', token })
    const { result: found } = answer.json()
    expect(found, answer.body).toBeDefined()
    return found as Record<string, unknown>
  }
  const { prompts } = await of('prompts/list')
  expect(named(prompts, 'name')).toContain('documents___summarise_document')
  const { resources } = await of('resources/list')
  const [uri = ''] = named(resources, 'uri') as string[]
  expect(uri).toMatch(/^acme:\/\/documents\//)
  const id = uri.slice('acme://documents/'.length)
  const name = 'documents___summarise_document'
  expect(await of('prompts/get', { name, arguments: { id } })).toHaveProperty('messages')
  expect(await of('resources/read', { uri })).toMatchObject({
    contents: [{ uri }],
    cacheScope: 'private',
  })
  const { resourceTemplates } = await of('resources/templates/list')
  const [uriTemplate] = named(resourceTemplates, 'uriTemplate')
  const completed = await of('completion/complete', {
    ref: { type: 'ref/prompt', name },
    argument: { name: 'id', value: id.slice(0, 1) },
  })
  expect(JSON.stringify(completed)).toContain(id)
  expect(uriTemplate).toMatch(/^acme:/)
})
