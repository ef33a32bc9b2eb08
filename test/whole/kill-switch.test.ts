// The kill switch of a started gateway: who is stopped and how soon, who is not, what is recorded, what survives.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSwitches } from '@sallyport/gateway/authorize/switches/switches.ts'
import { createSqliteStore } from '@sallyport/gateway/store/sqlite/sqlite.ts'
import { systemClock } from '@sallyport/gateway/system/clock.ts'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { sallyport } from '../../cli/test/world/test-terminal.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { adminToken, OPERATORS, switchOrder } from '../support/operators.ts'
import { codeOf } from '../support/present.ts'
import { rawRequest } from '../support/raw.ts'

let world: TestGateway
const startWorld = async () =>
  void (world = await startTestGateway({ yaml: OPERATORS, readAgainMs: 500 }))
const stopWorld = () => world.stop()
beforeAll(startWorld)
afterAll(stopWorld)

const DISABLED = 'authorize.disabled'
const call = (sub = 'alice', name = 'echo', client = 'test-client') =>
  world.call({
    method: 'tools/call',
    params: { name, arguments: {} },
    token: world.token({ claims: { sub, client_id: client } }),
  })
const code = async (...of: Parameters<typeof call>) => codeOf(await call(...of))
const listed = async (token = world.token()) => {
  const answer = (await world.call({ method: 'tools/list', params: {}, token })).json()
  const { tools } = answer['result'] as { tools: { name: string }[] }
  return tools.map(({ name }) => name)
}
const ordered = async (
  ...[verb, what, named]: Parameters<typeof switchOrder> extends [unknown, ...infer Rest]
    ? Rest
    : never
) => {
  const { status, body } = await switchOrder(world, verb, what, named)
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}

describe('what is disabled is refused at the next request, and served again once it is enabled', () => {
  test('a tool: not listed, and refused to whoever may see it; the others go on', async () => {
    expect([await code(), await listed()]).toEqual([undefined, expect.arrayContaining(['echo'])])
    await ordered('disable', 'tool', { name: 'records___echo' })
    const answer = await call()
    expect(answer.status).toBe(200)
    expect(answer.json()).toMatchObject({
      result: {
        isError: true,
        content: [
          {
            text: expect.stringContaining(
              answer.header('x-sallyport-request-id') ?? '-',
            ) as unknown,
          },
        ],
        _meta: { 'sallyport/refusal': { code: DISABLED, seen: 'the tool' } },
      },
    })
    expect(answer.body).not.toContain('a test')
    expect(await listed()).toEqual(expect.not.arrayContaining(['echo']))
    expect(await code('alice', 'read_record')).toBeUndefined()
    await ordered('enable', 'tool', { name: 'records___echo' })
    expect([await code(), await listed()]).toEqual([undefined, expect.arrayContaining(['echo'])])
  })

  test('M-10: whoever may not see a tool does not learn that it is disabled', async () => {
    const hidden = async (name: string) => {
      const answer = await world.call({
        method: 'tools/call',
        params: { name, arguments: {} },
        token: world.token({ claims: { sub: 'eve', groups: [] } }),
      })
      return answer.body.replaceAll(answer.header('x-sallyport-request-id') ?? '-', 'id')
    }
    await ordered('disable', 'tool', { name: 'records___echo' })
    await ordered('disable', 'target', { name: 'records' })
    expect(await hidden('echo')).toBe(await hidden('no_such_tool'))
    await ordered('enable', 'tool', { name: 'records___echo' })
    await ordered('enable', 'target', { name: 'records' })
  })

  test('a target: with all of its tools, for everybody', async () => {
    await ordered('disable', 'target', { name: 'records' })
    expect([await code(), await code('bob', 'read_record'), await listed()]).toEqual([
      DISABLED,
      DISABLED,
      [],
    ])
    await ordered('enable', 'target', { name: 'records' })
    expect(await code()).toBeUndefined()
  })

  test('a person: whatever they ask for, with a token that is in the cache; nobody else', async () => {
    const token = world.token({ claims: { sub: 'bob' } })
    const ask = (method: string, params: object) =>
      world.call({ method, params: { ...params }, token })
    const echo = () => ask('tools/call', { name: 'echo', arguments: {} })
    expect(codeOf(await echo())).toBeUndefined()
    await ordered('disable', 'person', { name: 'bob' })
    expect(codeOf(await echo())).toBe(DISABLED)
    const list = await ask('tools/list', {})
    expect(list.json()).toMatchObject({
      error: { code: -32_000, data: { code: DISABLED, seen: 'the person' } },
    })
    expect(await code('alice')).toBeUndefined()
    await ordered('enable', 'person', { name: 'bob' })
    expect(codeOf(await echo())).toBeUndefined()
  })

  test('a client: whoever uses it', async () => {
    await call('alice', 'echo', 'bad-client')
    await ordered('disable', 'client', { name: 'bad-client' })
    expect(await code('alice', 'echo', 'bad-client')).toBe(DISABLED)
    expect(await code('alice')).toBeUndefined()
    await ordered('enable', 'client', { name: 'bad-client' })
  })

  test('everything: and an operator can take it back', async () => {
    await ordered('disable', 'everything')
    const before = world.callsAtTarget().length
    expect([await code('alice'), await code('bob', 'read_record')]).toEqual([DISABLED, DISABLED])
    expect(world.callsAtTarget()).toHaveLength(before)
    await ordered('enable', 'everything')
    expect(await code()).toBeUndefined()
  })
})

const _meta = { 'io.modelcontextprotocol/logLevel': 'debug' }
const stream = () => {
  world.target.behave({ answer: 'sse-endless', betweenEventsMs: 50 })
  const params = { name: 'echo', arguments: {}, _meta }
  return world.call({ method: 'tools/call', params }).then(
    ({ body }) => body,
    () => 'closed',
  )
}
const goesOn = (called: Promise<string>) => Promise.race([called, sleep(500, 'goes on')])

test('an open stream is ended, and the order says so', async () => {
  const called = stream()
  expect(await goesOn(called)).toBe('goes on')
  expect(await ordered('disable', 'tool', { name: 'records___echo' })).toMatchObject({ streams: 1 })
  expect(await goesOn(called)).not.toBe('goes on')
  world.target.behave({ answer: 'honest', betweenEventsMs: 0 })
  await ordered('enable', 'tool', { name: 'records___echo' })
})

describe('it is shared and it stays', () => {
  let shared: TestGateway
  beforeEach(async () => {
    shared = world
    await startWorld()
  })
  afterEach(async () => {
    await stopWorld()
    world = shared
  })
  const store = () =>
    createSqliteStore({ path: join(world.folder, 'state/state.sqlite') }, systemClock)

  test('another process that shares the store stops calls and streams here', async () => {
    world.target.behave({ answer: 'sse-endless', betweenEventsMs: 50 })
    const params = { name: 'echo', arguments: {}, _meta }
    const { headers, body } = modernRequest({ method: 'tools/call', params, token: world.token() })
    const named = [['Host', `127.0.0.1:${world.port}`], ...Object.entries(headers)]
    const socket = connect(world.port, '127.0.0.1')
    let received = ''
    socket.on('data', (chunk) => (received += chunk.toString()))
    socket.write(rawRequest({ path: '/mcp/records', headers: named as [string, string][], body }))
    await expect.poll(() => received).toContain('notifications/message')
    const other = await store()
    const there = createSwitches(other, systemClock)
    const switched = { what: 'target', name: 'records' } as const
    await there.disable({ switched, reason: 'there', sinceMs: 1 })
    there.close()
    await other.close()
    await expect.poll(() => received, { timeout: 20_000 }).toContain('call.cancelled')
    socket.destroy()
    expect(await code()).toBe(DISABLED)
  }, 30_000)

  test('it survives a restart', async () => {
    await ordered('disable', 'tool', { name: 'records___echo' })
    const { folder } = world
    await world.gateway.close({ serveOnMs: 0, finishMs: 100 })
    const again = await startTestGateway({ yaml: OPERATORS, folder })
    const former = world
    world = again
    expect([await code(), await code('alice', 'read_record')]).toEqual([DISABLED, undefined])
    await again.stop()
    world = former
  })

  test('a gateway that cannot read what is disabled does not start', async () => {
    const other = await store()
    await other.put({ kind: 'disabled', id: 'x', value: '{"what":"planet"}' })
    await other.close()
    const { folder } = world
    await world.gateway.close({ serveOnMs: 0, finishMs: 100 })
    await expect(startTestGateway({ yaml: OPERATORS, folder })).rejects.toThrow(
      'what is disabled cannot be read',
    )
  })
})

describe('who may order it, and what is recorded', () => {
  const switchRecords = () => world.audit().filter(({ kind }) => kind === 'disabled')
  const refusedOrder = (token: string | undefined, what = 'everything', more: object = {}) =>
    switchOrder(world, 'disable', what, { ...more, ...(token === undefined ? {} : { token }) })

  test('a person with the role `admin` alone; nothing takes effect and nothing is recorded otherwise', async () => {
    const before = switchRecords()
    const approver = adminToken(world, { groups: ['gate-approvers'] })
    const machine = adminToken(world, { sub: 'ops', grant_type: 'client_credentials' })
    expect((await refusedOrder(approver)).status).toBe(403)
    expect((await refusedOrder('x')).status).toBe(401)
    expect((await refusedOrder('')).status).toBe(401)
    expect((await refusedOrder(machine)).status).toBeGreaterThanOrEqual(401)
    expect(await code()).toBeUndefined()
    expect(switchRecords()).toEqual(before)
  })

  test('nobody disables themselves or their own client, and who is disabled gives no orders', async () => {
    const own = { issuer: world.issuer.issuer, anyway: true }
    expect((await refusedOrder(undefined, 'person', { ...own, name: 'root' })).status).toBe(400)
    expect((await refusedOrder(undefined, 'client', { ...own, name: 'ops' })).status).toBe(400)
    const mallory = adminToken(world, { sub: 'mallory', client_id: 'other' })
    await ordered('disable', 'person', { ...own, name: 'mallory' })
    const back = await switchOrder(world, 'enable', 'person', { name: 'mallory', token: mallory })
    expect([back.status, (await refusedOrder(mallory)).status]).toEqual([403, 403])
    await ordered('enable', 'person', { name: 'mallory' })
  })

  test('a name that the gateway does not know is questioned', async () => {
    const { status, body } = await refusedOrder(undefined, 'tool', { name: 'records___ecko' })
    expect([status, body['error']]).toEqual([
      400,
      'this gateway knows no tool `records___ecko`; did you mean `records___echo`? add --anyway if the name is right',
    ])
    expect((await refusedOrder(undefined, 'person', { name: 'nobody' })).status).toBe(400)
    expect(await ordered('disable', 'person', { name: 'nobody', anyway: true })).toMatchObject({
      known: false,
    })
    await ordered('enable', 'person', { name: 'nobody' })
  })

  test('policy-audit §2.2: the record holds state, what and why; people are commitments', async () => {
    await call('bob-of-acme')
    const before = switchRecords().length
    await ordered('disable', 'person', { name: 'bob-of-acme' })
    await ordered('enable', 'person', { name: 'bob-of-acme' })
    expect(
      switchRecords()
        .slice(before)
        .map(({ detail, about }) => [detail, about]),
    ).toEqual(
      ['disabled', 'enabled'].flatMap((state) =>
        ['person', 'operator'].map((part) => [
          expect.objectContaining({ state, what: 'person', part }) as unknown,
          expect.objectContaining({
            subject: expect.any(String) as unknown,
            ...(part === 'operator' ? { reason: expect.any(String) as unknown } : {}),
          }) as unknown,
        ]),
      ),
    )
    const lines = readdirSync(join(world.folder, 'state/audit'))
      .filter((name) => name.endsWith('.jsonl') && !name.endsWith('.personal.jsonl'))
      .map((name) => readFileSync(join(world.folder, 'state/audit', name), 'utf8'))
    expect(lines.join('')).not.toMatch(/bob-of-acme|"root"|a test/)
  })
})

test('ux §5: the commands `disable`, `disabled` and `enable`', async () => {
  const tokenFile = join(world.folder, 'token')
  writeFileSync(tokenFile, adminToken(world), { mode: 0o600 })
  const here = ['--config', world.configFile]
  const as = [...here, '--token-file', tokenFile]
  const echo = ['tool', 'records___echo']
  expect(await sallyport(['disable', ...echo, '--reason', 'wrong prices', ...as])).toMatchObject({
    code: 0,
    out: 'Disabled tool `records___echo`\n',
  })
  expect(await code()).toBe(DISABLED)
  const list = await sallyport(['disabled', ...here])
  expect(list.out).toMatch(/^SINCE .*\n\d{4}-\S+ +tool +records___echo +wrong prices\n$/)
  const json = JSON.parse((await sallyport(['disabled', '--json', ...here])).out) as object
  expect(json).toMatchObject({ disabled: [{ what: 'tool', name: 'records___echo' }] })
  expect(await sallyport(['enable', ...echo, ...as])).toMatchObject({
    code: 0,
    out: 'Enabled tool `records___echo`\n',
  })
  expect(await sallyport(['enable', ...echo, ...as])).toMatchObject({
    out: 'tool `records___echo` was not disabled\n',
  })
  expect(await sallyport(['disabled', ...here])).toMatchObject({
    code: 0,
    out: '',
    note: 'Nothing is disabled.\n',
  })
  for (const wrong of [['tool'], ['everything', 'x'], ['planet', 'x']]) {
    expect((await sallyport(['disable', ...wrong, '--reason', 'x', ...as])).code).toBe(64)
  }
  expect((await sallyport(['disable', 'tool', 'x', '--reason', 'x', ...as])).note).toContain(
    'knows no tool `x`',
  )
})
