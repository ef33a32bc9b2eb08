// The operator's policy tools over what a gateway recorded: replay, preview, suggestion, review (policy-audit §1.4).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { sallyport } from '../../cli/test/world/test-terminal.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { codeOf } from '../support/present.ts'

const POLICY = `@id("read")
permit (principal is AgentCore::OAuthUser, action == AgentCore::Action::"records___read_record", resource)
when { principal.hasTag("groups") && principal.getTag("groups") like "*|settlement-analysts|*" };

@id("write-small")
permit (principal is AgentCore::OAuthUser, action == AgentCore::Action::"records___write_record", resource)
when {
    principal.hasTag("groups") && principal.getTag("groups") like "*|settlement-analysts|*" &&
    context.input.amount.lessThanOrEqual(decimal("100.0"))
};
`
const TRADERS = { claims: { sub: 'bob', groups: ['traders'] } }

let world: TestGateway
let next: string

beforeAll(async () => {
  world = await startTestGateway({
    policies: POLICY,
    targetSettings: 'tools: { write_record: { audit: [/id, /amount] } }',
  })
  const resource = world.resource('records')
  const bob = world.token({ ...TRADERS, resource })
  const call = (name: string, args: object, token?: string) =>
    world.call({
      method: 'tools/call',
      params: { name, arguments: args },
      ...(token === undefined ? {} : { token }),
    })
  expect(codeOf(await call('read_record', { id: 1 }))).toBeUndefined()
  expect(codeOf(await call('read_record', { id: 1 }))).toBeUndefined()
  expect(codeOf(await call('write_record', { id: 1, amount: 10 }))).toBeUndefined()
  expect(codeOf(await call('write_record', { id: 1, amount: 90.5 }))).toBeUndefined()
  expect(codeOf(await call('write_record', { id: 1, amount: 20, note: 'x' }))).toBeUndefined()
  expect(codeOf(await call('write_record', { id: 1, amount: 101 }))).toBe('authorize.denied')
  expect(codeOf(await call('read_record', { id: 7 }, bob))).toBe('authorize.no_such_tool')
  await vi.waitUntil(() => world.audit().filter(({ kind }) => kind === 'outcome').length === 5)
  next = join(world.folder, 'next')
  mkdirSync(next)
})
afterAll(() => world.stop())

async function diff(text: string): Promise<Record<string, unknown> & { changes: Changed[] }> {
  writeFileSync(join(next, 'test.cedar'), text)
  const words = ['policy', 'diff', join(world.folder, 'policies'), next, '--json']
  const { code, out, note } = await sallyport([...words, '--config', world.configFile])
  expect({ code, note }).toEqual({ code: 0, note: '' })
  return JSON.parse(out) as never
}
type Changed = {
  change: string
  call: { tool: string; count: number; args: object; principal: { subject: string } }
  because: string[]
}

describe('policy-audit §1.4: policy diff', () => {
  test('the same set changes nothing, and gives the answers of the log', async () => {
    expect(await diff(POLICY)).toMatchObject({
      requests: 7,
      answeredOtherwise: 0,
      changes: [],
      counts: { same: 7 },
    })
  })

  test('a lower ceiling newly denies, a wider permit newly allows, each with the line', async () => {
    const { changes } = await diff(
      POLICY.replace('100.0', '50.0').replace('"*|settlement-analysts|*" };', '"*|*" };'),
    )
    expect(changes.map(({ change, call }) => [change, call.tool, call.principal.subject])).toEqual([
      ['newly denied', 'records___write_record', 'alice'],
      ['newly allowed', 'records___read_record', 'bob'],
    ])
    expect(changes[0]?.call.args).toEqual({ id: 1, amount: 90.5 })
    expect(changes[0]?.because[0]).toContain('test.cedar#write-small')
    expect(changes[1]?.because).toEqual(['the permit `test.cedar#read` (test.cedar:1)'])
  })

  test('what only a digest is kept of is not decidable; what the digest proves absent is', async () => {
    const { changes } = await diff(`${POLICY}
@id("no-notes")
forbid (principal, action == AgentCore::Action::"records___write_record", resource)
when { context.input has note && context.input.note like "*secret*" };`)
    expect(changes).toMatchObject([
      {
        change: 'not decidable',
        call: { args: { id: 1, amount: 20 }, count: 1 },
        because: ['the log keeps `context.input.note` as a digest alone'],
      },
    ])
  })

  test('calls are asked again from where and when they were made', async () => {
    const { changes } = await diff(`${POLICY}
@id("not-from-here")
forbid (principal, action == AgentCore::Action::"records___write_record", resource)
when { context.network.address.isLoopback() && context.time.now > datetime("2020-01-01") };`)
    expect(changes.map(({ change, call: { count } }) => [change, count])).toEqual([
      ['newly denied', 1],
      ['newly denied', 1],
      ['newly denied', 1],
      ['changed reason', 1],
    ])
  })

  test('another policy with the same answer is a changed reason', async () => {
    const { changes, counts } = await diff(POLICY.replace('"read"', '"reads"'))
    expect(changes).toMatchObject([{ change: 'changed reason', call: { count: 2 } }])
    expect(counts).toMatchObject({ same: 5 })
  })

  test('the record holds no tag in clear, and the side file does', () => {
    const [intent] = world.audit().filter(({ kind }) => kind === 'intent')
    expect(JSON.stringify(intent)).not.toContain('settlement-analysts')
    expect(intent?.['who']).toHaveProperty('tags')
  })

  test('for a person: counts, changes with their reasons, exit code on demand', async () => {
    writeFileSync(join(next, 'test.cedar'), '')
    const words = ['policy', 'diff', join(world.folder, 'policies'), next, '--exit-code']
    const { code, out } = await sallyport([...words, '--config', world.configFile])
    expect(code).toBe(65)
    expect(out).toContain('2 × alice records___read_record {} and more')
    expect(out).toMatch(/5 +newly denied/)
  })
})

describe('policy-audit §1.4: policy suggest', () => {
  test('covers what was made, limits what was partly denied, and its cases hold', async () => {
    const out = join(world.folder, 'proposal')
    const made = await sallyport(['policy', 'suggest', '--config', world.configFile, '--out', out])
    expect(made).toMatchObject({ code: 0, out: '' })
    expect(made.note).toContain('2 permits cover 5 recorded calls; nothing was applied')
    const policies = readFileSync(join(out, 'suggested.cedar'), 'utf8')
    expect(policies).toContain('principal.getTag("groups") like "*|settlement-analysts|*"')
    expect(policies).toContain('context.input.amount.lessThanOrEqual(decimal("90.5000"))')
    expect(policies).not.toContain('alice')
    const words = ['policy', 'test', '--policies', out, '--config', world.configFile]
    expect(await sallyport(words)).toMatchObject({ code: 0, note: '' })
    const again = ['policy', 'diff', join(world.folder, 'policies'), out, '--json']
    const { out: text } = await sallyport([...again, '--config', world.configFile])
    const { counts } = JSON.parse(text) as { counts: Record<string, number> }
    expect(counts).toMatchObject({ 'newly denied': 0, 'newly allowed': 0 })
  })

  test('is never written where a gateway would load it, nor over anything', async () => {
    const words = ['policy', 'suggest', '--config', world.configFile, '--out']
    const applied = await sallyport([...words, join(world.folder, 'policies')])
    expect(applied).toMatchObject({ code: 64, out: '' })
    const over = await sallyport([...words, join(world.folder, 'proposal')])
    expect(over).toMatchObject({ code: 64, out: '' })
  })
})

describe('ux §6: who can, and what can', () => {
  const ask = (...words: readonly string[]) =>
    sallyport(['policy', ...words, '--config', world.configFile])

  test('who may use a tool, over those who called, with the line that grants it', async () => {
    const { code, out } = await ask('who-can', 'records___write_record', '--json')
    expect(code).toBe(0)
    const { principals, access } = JSON.parse(out) as { principals: number; access: object[] }
    expect(principals).toBe(2)
    expect(access).toMatchObject([
      {
        principal: { subject: 'alice', uid: 'AgentCore::OAuthUser::"alice"' },
        tool: 'records___write_record',
        allowed: 'some arguments',
        grants: [{ id: 'test.cedar#write-small', file: 'test.cedar', line: 5 }],
        limits: [],
      },
    ])
  })

  test('what somebody may use who is in a file alone', async () => {
    const people = join(world.folder, 'people.yaml')
    writeFileSync(
      people,
      'people: { ida: { subject: ida, tags: { groups: [settlement-analysts] } } }',
    )
    const { out } = await ask('what-can', 'ida', '--people', people)
    expect(out).toMatch(/records___read_record +ida +some-client +any arguments +test.cedar#read/)
    expect(out).not.toContain('delete_record')
    const all = await ask('what-can', 'ida', '--people', people, '--all')
    expect(all.out).toMatch(/records___delete_record +ida +some-client +never/)
    expect((await ask('what-can', 'nobody')).code).toBe(64)
  })

  test('as CSV no cell is a formula', async () => {
    const people = join(world.folder, 'formula.yaml')
    writeFileSync(
      people,
      `people: { x: { subject: '=HYPERLINK("http://x","y")', tags: { groups: [settlement-analysts] } } }`,
    )
    const { out } = await ask('who-can', 'records___read_record', '--people', people, '--csv')
    const [head, ...rows] = out.trimEnd().split('\r\n')
    expect(head).toBe('caller,kind,client,tenant,tags,allowed,granted by,limited by')
    expect(rows.some((row) => row.startsWith(`"'=HYPERLINK(""http://x"",""y"")",person`))).toBe(
      true,
    )
  })
})
