// A tool that is not in a person's list: calling it all the same ends exactly like calling one that does not exist, and
// the log alone knows better.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changePolicies, EVERY_TOOL } from '../support/change.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import {
  startOfferingTarget,
  whenOffered,
  type OfferingTarget,
} from '../support/offering-target.ts'
import type { RawAnswer } from '../support/raw.ts'

const TOOLS = ['alpha', 'beta', 'gamma', 'delta'] as const
const NAMES: readonly string[] = TOOLS
const schema = { type: 'object', properties: { id: { type: 'integer' } } }

let world: TestGateway
let notes: OfferingTarget
beforeAll(async () => {
  notes = await startOfferingTarget()
  world = await startTestGateway({
    yaml: `  notes: { kind: mcp, url: "${notes.url}", allowInsecureTarget: true }`,
    policies: EVERY_TOOL,
    target: { tools: TOOLS.map((name) => ({ name, inputSchema: schema })) },
  })
  await whenOffered(world)
})
afterAll(async () => {
  await world.stop()
  await notes.stop()
})

type Person = 'analysts' | 'traders'
const claims = (person: Person) => ({ sub: person, groups: [person] })

async function list(person: Person): Promise<readonly string[]> {
  const token = world.token({ claims: claims(person) })
  const answer = await world.call({ method: 'tools/list', token })
  const { tools } = answer.json()['result'] as { tools: { name: string }[] }
  return tools.map(({ name }) => name)
}

function call(person: Person, name: string, path = '/mcp/records', args: object = { id: 1 }) {
  const resource = world.resource(path === '/mcp' ? undefined : 'records')
  const token = world.token({ resource, claims: claims(person) })
  return world.call({ method: 'tools/call', params: { name, arguments: args }, path, token })
}

/** Every byte of an answer that is not the request id, the date or a token's own. */
function bytes(answer: RawAnswer): string {
  const id = answer.header('x-sallyport-request-id') ?? ''
  const headers = answer.headers.filter(([name]) => name !== 'date')
  return [answer.statusLine, ...headers.map(String), answer.body].join('\n').replaceAll(id, '(id)')
}
const idOf = (answer: RawAnswer) => answer.header('x-sallyport-request-id')

const forbid = (name: string) =>
  `forbid (principal, action == AgentCore::Action::"records___${name}", resource);`

/** `permits` by person; who may do nothing has no policy. */
function policies(
  permits: Readonly<Record<Person, readonly string[]>>,
  forbidden: readonly string[],
) {
  const lines = forbidden.map(forbid)
  for (const [group, names] of Object.entries(permits)) {
    if (names.length === 0) continue
    const actions = names.map((name) => `AgentCore::Action::"records___${name}"`).join(', ')
    lines.push(`permit (principal is AgentCore::OAuthUser, action in [${actions}], resource)
when { principal.hasTag("groups") && principal.getTag("groups") like "*|${group}|*" };`)
  }
  return lines.join('\n')
}
const some = fc.subarray([...TOOLS])

test('M-10 property: under any policies, for two people at once, what is not listed is answered like what is not there', async () => {
  await fc.assert(
    fc.asyncProperty(some, some, some, async (analysts, traders, forbidden) => {
      await changePolicies(world, policies({ analysts, traders }, forbidden))
      const reached = world.callsAtTarget().length
      const people = [
        ['analysts', analysts],
        ['traders', traders],
      ] as const
      const outcomes = await Promise.all(
        people.map(async ([person, permitted]) => {
          const [unknown, listed, ...answers] = await Promise.all([
            call(person, 'nothing'),
            list(person),
            ...TOOLS.map((name) => call(person, name)),
          ] as const)
          const visible = permitted.filter((name) => !forbidden.includes(name))
          expect([...listed].sort()).toEqual([...visible].sort())
          for (const [at, name] of NAMES.entries()) {
            const answer = answers[at] as RawAnswer
            if (listed.includes(name))
              expect(answer.json()).toHaveProperty('result.structuredContent')
            else expect(bytes(answer)).toBe(bytes(unknown))
          }
          return visible.length
        }),
      )
      const allowed = outcomes.reduce((sum, count) => sum + count, 0)
      expect(world.callsAtTarget().length - reached).toBe(allowed)
    }),
    { numRuns: 6 },
  )
})

test('M-10 protocol §9: on the endpoint of all targets a hidden tool is answered like one that is not there', async () => {
  await changePolicies(world, policies({ analysts: ['alpha'], traders: [] }, []))
  const hidden = await call('analysts', 'records___beta', '/mcp')
  const unknown = await call('analysts', 'records___nope', '/mcp')
  expect(bytes(hidden)).toBe(bytes(unknown))
  expect(bytes(hidden)).not.toContain('beta')
})

test('M-10 protocol §9: what arguments, headers or names say changes nothing about the answer', async () => {
  await changePolicies(world, policies({ analysts: ['alpha'], traders: [] }, []))
  const unknown = bytes(await call('analysts', 'nothing'))
  for (const args of [{}, { id: 'x' }, { id: 1e30 }, { id: [null] }, { __extn: 1 }])
    expect(bytes(await call('analysts', 'beta', '/mcp/records', args))).toBe(unknown)
  // A qualified name on the target's own endpoint, or another spelling, names nothing.
  for (const name of ['records___alpha', 'ALPHA', 'alpha ', 'records___records___alpha', '']) {
    const { error } = (await call('analysts', name)).json() as { error?: { data?: object } }
    expect(error?.data).toMatchObject({ code: 'authorize.no_such_tool' })
  }
})

/** Of a person who may read plans and get the plain prompt. */
const OFFERED = `permit (principal is AgentCore::OAuthUser, action, resource)
when { principal.hasTag("groups") && principal.getTag("groups") like "*|analysts|*" };
forbid (principal, action == AgentCore::Action::"notes___prompt:summary", resource);
forbid (principal, action == AgentCore::Action::"notes___resource:read", resource)
unless { context.input.uri like "notes://p*" };`

async function offered(
  method: string,
  params: Record<string, unknown>,
  person: Person = 'analysts',
) {
  const token = world.token({ resource: world.resource(), claims: claims(person) })
  return await world.call({ method, params, path: '/mcp', token })
}

test('M-10 protocol §9: a hidden prompt is answered like one that is not there', async () => {
  await changePolicies(world, OFFERED)
  const got = notes.asked.length
  const unknown = bytes(await offered('prompts/get', { name: 'notes___nothing' }))
  for (const name of ['notes___summary', 'nowhere___plain', 'plain', 'notes___prompt:plain', '']) {
    expect(bytes(await offered('prompts/get', { name, arguments: { note: 'x' } }))).toBe(unknown)
  }
  expect(bytes(await offered('prompts/get', { name: 'notes___plain' }, 'traders'))).toBe(unknown)
  expect(notes.asked).toHaveLength(got)
  const plain = await offered('prompts/get', { name: 'notes___plain' })
  expect(plain.json()).toHaveProperty('result.messages')
})

test('M-10 protocol §9: a resource that is not listed is answered like one that is not there, whoever has it', async () => {
  await changePolicies(world, OFFERED)
  const got = notes.asked.length
  const unknown = bytes(await offered('resources/read', { uri: 'nothing://at/all' }))
  for (const uri of ['notes://diary', 'notes://2026/march', 'notes://', 'ui://drawing', 'x']) {
    expect(bytes(await offered('resources/read', { uri }))).toBe(unknown)
  }
  expect(bytes(await offered('resources/read', { uri: 'notes://plan' }, 'traders'))).toBe(unknown)
  expect(notes.asked).toHaveLength(got)
  const { result } = (await offered('resources/list', {})).json()
  expect(result).toMatchObject({ resources: [{ uri: 'notes://plan' }] })
  const plan = await offered('resources/read', { uri: 'notes://plan' })
  expect(plan.json()).toHaveProperty('result.contents')
})

test('M-10 policy-audit §2.2: the log has the true reason for each', async () => {
  await changePolicies(world, policies({ analysts: ['alpha', 'beta'], traders: [] }, ['beta']))
  const codes = async (answer: RawAnswer) => {
    const record = () =>
      world.audit().find(({ kind, requestId }) => kind === 'refusal' && requestId === idOf(answer))
    await expect.poll(record).toBeDefined()
    return record()
  }
  expect(await codes(await call('analysts', 'beta'))).toMatchObject({
    code: 'authorize.denied',
    tool: { name: 'records___beta' },
  })
  expect(await codes(await call('traders', 'alpha'))).toMatchObject({ code: 'authorize.denied' })
  expect(await codes(await call('traders', 'nothing'))).toMatchObject({
    code: 'authorize.no_such_tool',
  })
})

test('M-10 control: a listed tool is called', async () => {
  await changePolicies(world, policies({ analysts: ['alpha'], traders: [] }, []))
  expect(await list('analysts')).toEqual(['alpha'])
  const answer = await call('analysts', 'alpha')
  expect(answer.json()).toMatchObject({ result: { structuredContent: { tool: 'alpha' } } })
})
