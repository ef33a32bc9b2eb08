// A target that speaks only the transport of revision 2024-11-05 (HTTP with SSE) through a whole gateway (protocol §1):
// a server of SDK v1 behind its own SSEServerTransport, as clients of both eras see it.
import type { Listening } from '@sallyport/sample/listen.ts'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { sallyport } from '../../cli/test/world/test-terminal.ts'
import { CLIENTS, type EraClient } from '../eras/clients.ts'
import { note, PAGE_URL } from '../eras/fixture.ts'
import { startOldTarget } from '../eras/old-target.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { untilOffered } from '../support/until-offered.ts'

const WAIT = { timeout: 20_000, interval: 50 }
const POLICY = `@id("everything") permit (principal is AgentCore::OAuthUser, action, resource);`

let target: Listening
let world: TestGateway
const opened: EraClient[] = []
beforeAll(async () => {
  target = await startOldTarget(0, 'sse')
  const mayAsk = `{ urlHosts: [${new URL(PAGE_URL).host}], sampling: true, roots: true }`
  const tools = '{ echo: { readOnly: true, idempotent: true } }'
  world = await startTestGateway({
    policies: POLICY,
    yaml: `  oldest: { kind: mcp, url: "${target.origin}/mcp", allowInsecureTarget: true, mayAsk: ${mayAsk}, tools: ${tools} }`,
  })
  await untilOffered(world, 'oldest')
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close().catch(() => undefined)))
})
afterAll(async () => {
  await world.stop()
  await target.stop()
})

const textOf = (result: Readonly<Record<string, unknown>>) =>
  (result['content'] as { text: string }[])[0]?.text ?? ''

describe.each(['SDK v1, 2025-11-25', 'SDK v2, 2026-07-28'])('%s', (name) => {
  async function enter(): Promise<EraClient> {
    const connect = CLIENTS[name]
    if (connect === undefined) throw new Error(name)
    const resource = world.resource('oldest')
    const client = await connect(resource, world.token({ resource }))
    opened.push(client)
    return client
  }
  const call = (client: EraClient, tool: string, value = '', more = {}) =>
    client.request('tools/call', { name: tool, arguments: { value } }, more)

  test('calls side by side each get their own answer, and progress its own call', async () => {
    const client = await enter()
    const seen: unknown[] = []
    const onprogress = ({ progress }: Readonly<Record<string, unknown>>) => seen.push(progress)
    const values = Array.from({ length: 8 }, (_, n) => `value ${n}`)
    const [counted, ...answers] = await Promise.all([
      call(client, 'count', '', { onprogress }),
      ...values.map((value) => call(client, 'echo', value)),
    ])
    expect(answers.map(textOf)).toEqual(values)
    expect([textOf(counted), seen]).toEqual(['counted', [1, 2, 3]])
  })

  test('prompts, resources, completion and a resource that changes', async () => {
    const client = await enter()
    const read = await client.request('resources/read', { uri: note('ada') })
    expect(read['contents']).toMatchObject([{ text: 'the note ada' }])
    const ref = { type: 'ref/resource', uri: 'fix://note/{id}' }
    const argument = { name: 'id', value: 'a' }
    const completed = await client.request('completion/complete', { ref, argument })
    expect(completed['completion']).toMatchObject({ values: ['ada', 'alan'] })
    await client.listen('fix://item/001')
    await vi.waitFor(async () => {
      await call(client, 'touch', 'fix://item/001')
      expect(client.told.map(({ method }) => method)).toContain('notifications/resources/updated')
    }, WAIT)
  })

  test('what the target asks reaches the client of that very call: forms, pages, model, folders', async () => {
    const client = await enter()
    const answers = await Promise.all(
      ['ask_form', 'ask_page', 'ask_model', 'ask_roots'].map((tool) => call(client, tool)),
    )
    expect(answers.map(textOf)).toEqual([
      expect.stringContaining('"sure":true'),
      expect.stringContaining('"action":"accept"'),
      expect.stringContaining('a thought'),
      expect.stringContaining('file:///work'),
    ])
    expect(client.asked.toSorted()).toEqual([
      'elicitation/create',
      'elicitation/create',
      'roots/list',
      'sampling/createMessage',
    ])
  })

  test('a call that the client leaves is cancelled at the target', async () => {
    const client = await enter()
    const leave = new AbortController()
    const waiting = call(client, 'wait', name, { signal: leave.signal }).catch(
      (error: unknown) => error,
    )
    const state = async () => textOf(await call(client, 'state_of_wait', name))
    await vi.waitFor(async () => expect(await state()).toBe('waiting'), WAIT)
    leave.abort()
    expect(await waiting).toBeInstanceOf(Error)
    await vi.waitFor(async () => expect(await state()).toBe('cancelled'), WAIT)
  })

  test('log messages of the level that was asked for', async () => {
    const client = await enter()
    await client.logAt('warning')
    await call(client, 'log')
    const logged = () => client.told.filter(({ method }) => method === 'notifications/message')
    await vi.waitFor(
      () => expect(logged()).toMatchObject([{ params: { data: 'a failure' } }]),
      WAIT,
    )
  })

  test('a target that was restarted in the middle of a call: the call ends, and the next one is made', async () => {
    const client = await enter()
    const waiting = call(client, 'wait', `${name} cut`)
    const state = async () => textOf(await call(client, 'state_of_wait', `${name} cut`))
    await vi.waitFor(async () => expect(await state()).toBe('waiting'), WAIT)
    await target.stop()
    expect(await waiting).toMatchObject({
      isError: true,
      _meta: { 'sallyport/refusal': { code: 'call.connection_lost' } },
    })
    target = await startOldTarget(target.port, 'sse')
    await vi.waitFor(async () => expect(textOf(await call(client, 'echo', 'x'))).toBe('x'), WAIT)
    // Nothing was repeated.
    expect(await state()).toBe('not begun')
  })
})

test('status and doctor say what it speaks, and over what', async () => {
  const status = await sallyport(['status', '--config', world.configFile])
  expect(status.out).toMatch(/^oldest +up +2025-11-25 over HTTP\+SSE /m)
  expect(status.out).toMatch(/^records +up +2026-07-28 +closed/m)
  const doctor = await sallyport(['doctor', '--config', world.configFile])
  expect(doctor.out).toMatch(
    /^good +target +oldest: .* it speaks 2025-11-25 over HTTP with SSE, the transport of 2024-11-05$/m,
  )
})
