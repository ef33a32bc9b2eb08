// A list is one person's: it is never shared by a cache, ours or another's, whatever the target says about sharing its
// own, and no position in it means anything to somebody else.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changePolicies } from '../support/change.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import {
  startOfferingTarget,
  whenOffered,
  type OfferingTarget,
} from '../support/offering-target.ts'

const TOOLS = Array.from({ length: 206 }, (_, n) => ({
  name: `t${String(n).padStart(3, '0')}`,
  inputSchema: { type: 'object' },
}))
const FEW = TOOLS.slice(0, 5).map(({ name }) => name)

/** Who of these groups may call what. */
function policies(who: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(who)
    .filter(([, tools]) => tools.length > 0)
    .map(([group, tools]) => {
      const actions = tools.map((tool) => `AgentCore::Action::"records___${tool}"`).join(', ')
      return `permit (principal is AgentCore::OAuthUser, action in [${actions}], resource)
when { principal.hasTag("groups") && principal.getTag("groups") like "*|${group}|*" };`
    })
    .join('\n')
}
const ALL = TOOLS.map(({ name }) => name)

let world: TestGateway
let notes: OfferingTarget
beforeAll(async () => {
  notes = await startOfferingTarget()
  world = await startTestGateway({
    yaml: `  notes: { kind: mcp, url: "${notes.url}", allowInsecureTarget: true }`,
    target: { tools: TOOLS, pageSize: 300, cacheScope: 'public' },
    policies: policies({ analysts: ALL, traders: ALL.slice(1) }),
  })
  await whenOffered(world)
})
afterAll(async () => {
  await world.stop()
  await notes.stop()
})

async function list(person: 'analysts' | 'traders', cursor?: string, path = '/mcp/records') {
  const resource = world.resource(path === '/mcp' ? undefined : 'records')
  const claims = { sub: person, groups: [person] }
  const answer = await world.call({
    method: 'tools/list',
    params: cursor === undefined ? {} : { cursor },
    path,
    token: world.token({ resource, claims }),
  })
  type Page = { tools?: { name: string }[]; nextCursor?: string; cacheScope?: string }
  const { result = {}, error } = answer.json() as { result?: Page; error?: { code: number } }
  return { answer, ...result, names: (result.tools ?? []).map(({ name }) => name), error }
}

test('M-09 MCP 2026-07-28, caching: a list is private though the target’s own is public', async () => {
  expect((await list('analysts')).cacheScope).toBe('private')
  expect((await list('traders', undefined, '/mcp')).cacheScope).toBe('private')
  const discovered = (await world.call({ method: 'server/discover' })).json()
  expect(discovered).toMatchObject({ result: { cacheScope: 'private' } })
})

test('M-09 RFC 9111 §5.2.2.5: no cache on the way keeps a list', async () => {
  const { answer } = await list('analysts')
  expect(answer.header('cache-control')).toBe('no-store')
  expect(answer.header('vary')).toContain('Authorization')
})

test('M-09 RFC 9111 §3.5: two people who ask in turn each see their own list', async () => {
  expect((await list('analysts')).names[0]).toBe('t000')
  expect((await list('traders')).names[0]).toBe('t001')
  expect((await list('analysts')).names[0]).toBe('t000')
})

test('M-09 RFC 9111 §3.5: a cursor out of one person’s list, or of another endpoint, is refused', async () => {
  const { nextCursor } = await list('analysts')
  expect((await list('analysts', nextCursor)).names).toEqual(ALL.slice(200))
  expect((await list('traders', nextCursor)).error).toMatchObject({ code: -32602 })
  expect((await list('analysts', nextCursor, '/mcp')).error).toMatchObject({ code: -32602 })
})

test('M-09 RFC 9111 §3.5: a cursor of a former policy is refused', async () => {
  const { nextCursor } = await list('analysts')
  await changePolicies(world, policies({ analysts: ALL, traders: FEW }))
  expect((await list('analysts', nextCursor)).error).toMatchObject({ code: -32602 })
})

const some = fc.subarray(FEW)

test('M-09 property: under any policies two people at once see each their own list', async () => {
  await fc.assert(
    fc.asyncProperty(some, some, async (analysts, traders) => {
      await changePolicies(world, policies({ analysts, traders }))
      const [a, b, c, d, e] = await Promise.all([
        list('analysts'),
        list('traders'),
        list('traders', undefined, '/mcp'),
        list('analysts'),
        list('analysts', undefined, '/mcp'),
      ])
      const qualified = (names: readonly string[]) => names.map((name) => `records___${name}`)
      expect([a.names, d.names, e.names]).toEqual([analysts, analysts, qualified(analysts)])
      expect([b.names, c.names]).toEqual([traders, qualified(traders)])
    }),
    { numRuns: 4 },
  )
})

/** Each may read what begins with a letter of their own. */
const READING = Object.entries({ analysts: 'p', traders: 'd' })
  .map(
    ([
      group,
      letter,
    ]) => `permit (principal is AgentCore::OAuthUser, action in AgentCore::Action::"ReadResource", resource)
when { principal.hasTag("groups") && principal.getTag("groups") like "*|${group}|*" &&
    context.input.uri like "notes://${letter}*" };`,
  )
  .join('\n')

test('M-09 MCP 2026-07-28, caching: what is read is private and short-lived, whatever the target says', async () => {
  await changePolicies(world, READING)
  const claims = { sub: 'analysts', groups: ['analysts'] }
  const token = world.token({ resource: world.resource(), claims })
  const params = { uri: 'notes://plan' }
  const read = await world.call({ method: 'resources/read', params, path: '/mcp', token })
  expect(read.json()).toMatchObject({ result: { cacheScope: 'private', ttlMs: 60_000 } })
})

test('M-09 RFC 9111 §3.5: two people who ask in turn each see their own resources', async () => {
  await changePolicies(world, READING)
  const uris = async (person: string) => {
    const token = world.token({
      resource: world.resource(),
      claims: { sub: person, groups: [person] },
    })
    const answer = await world.call({ method: 'resources/list', path: '/mcp', token })
    const { resources } = answer.json()['result'] as { resources: { uri: string }[] }
    return resources.map(({ uri }) => uri)
  }
  expect(await uris('analysts')).toEqual(['notes://plan'])
  expect(await uris('traders')).toEqual(['notes://diary'])
  expect(await uris('analysts')).toEqual(['notes://plan'])
})

test('M-09 control: one person alone gets a list', async () => {
  await changePolicies(world, policies({ analysts: FEW }))
  expect((await list('analysts')).names).toEqual(FEW)
})
