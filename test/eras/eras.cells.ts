// The era matrix of protocol §4 with real processes: every client before every target, feature by feature. Each test is a
// cell of docs/eras.md (cell-reporter.ts): it says `works` by passing, or `refused` with the code that it saw, and only
// what is named here may be refused.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Cell } from './cell-reporter.ts'
import { CLIENTS, type EraClient, type Json } from './clients.ts'
import { IN_TURN, item, ITEMS, NAMES, note, PROMPT, TEMPLATE } from './fixture.ts'
import { startMatrixWorld, TARGETS, type MatrixWorld, type Target } from './matrix-world.ts'

/** Whatever is not here works or fails. */
const MAY_BE_REFUSED: ReadonlySet<string> = new Set([
  'the end of an elicitation (`elicitation/complete`)',
  'resuming a stream (`Last-Event-ID`)',
])
const WAIT = { timeout: 20_000, interval: 50 }

let world: MatrixWorld
beforeAll(async () => {
  world = await startMatrixWorld()
}, 120_000)
afterAll(() => world.stop())

const pairs = Object.entries(CLIENTS).flatMap(([client, connect]) =>
  TARGETS.map((target) => ({ client, connect, target })),
)

describe.each(pairs)('$client → $target target', ({ client: name, connect, target }) => {
  let client: EraClient
  const opened: EraClient[] = []
  const enter = async (): Promise<EraClient> => {
    const entered = await connect(world.url(target), world.token(target))
    opened.push(entered)
    return entered
  }
  beforeEach(async () => {
    client = await enter()
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close().catch(() => undefined)))
  })
  const call = (tool: string, value = '', more: Parameters<EraClient['request']>[2] = {}) =>
    client.request('tools/call', { name: tool, arguments: { value } }, more)

  /** A test that is a cell. What it returns is the code of a refusal. */
  function cell(feature: string, run: () => Promise<string | void>): void {
    // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- each cell brings its title and what it expects
    test(feature, async ({ task }) => {
      const refused = await run()
      if (refused !== undefined) expect(MAY_BE_REFUSED).toContain(feature)
      const found: Cell = { client: name, target, feature, refused: refused ?? undefined }
      Object.assign(task.meta, { cell: found })
    })
  }

  cell('discovery or initialize', async () => {
    expect(client.capabilities).toMatchObject({
      tools: { listChanged: true },
      prompts: {},
      resources: { subscribe: true },
      completions: {},
    })
  })

  cell('lists are filtered', async () => {
    const names = namesOf(await client.request('tools/list'), 'tools')
    expect(names).toContain('echo')
    expect(names).not.toContain('hidden')
    await expect(call('hidden')).rejects.toMatchObject({ code: -32602 })
  })

  cell('paging', async () => {
    const first = await client.request('resources/list')
    const second = await client.request('resources/list', { cursor: first['nextCursor'] })
    const uris = [first, second].flatMap((page) => page['resources'] as readonly Json[])
    expect(first['nextCursor']).toBeTypeOf('string')
    expect(second['nextCursor']).toBeUndefined()
    expect(new Set(uris.map(({ uri }) => uri)).size).toBe(ITEMS)
  })

  cell('call', async () => {
    expect(textOf(await call('echo', 'hello'))).toBe('hello')
  })

  cell('progress', async () => {
    const seen: unknown[] = []
    await call('count', '', { onprogress: ({ progress }) => seen.push(progress) })
    expect(seen).toEqual([1, 2, 3])
  })

  cell('cancel', async () => {
    const leave = new AbortController()
    const waited = `${name} ${target}`
    const waiting = call('wait', waited, { signal: leave.signal }).catch((error: unknown) => error)
    const state = async () => textOf(await call('state_of_wait', waited))
    await vi.waitFor(async () => expect(await state()).toBe('waiting'), WAIT)
    leave.abort()
    expect(await waiting).toBeInstanceOf(Error)
    await vi.waitFor(async () => expect(await state()).toBe('cancelled'), WAIT)
  })

  cell('prompts', async () => {
    expect(namesOf(await client.request('prompts/list'), 'prompts')).toEqual([PROMPT])
    const got = await client.request('prompts/get', { name: PROMPT, arguments: { name: 'ada' } })
    expect(JSON.stringify(got['messages'])).toContain('Greet ada.')
  })

  cell('resources', async () => {
    const read = await client.request('resources/read', { uri: item(7) })
    expect(read['contents']).toMatchObject([{ uri: item(7), text: 'the item 7' }])
    const missing: unknown = await client
      .request('resources/read', { uri: 'other://nothing' })
      .catch((error: unknown) => error)
    expect(missing).toMatchObject({ code: expect.toBeOneOf(notFound(name)) })
  })

  cell('resource templates', async () => {
    const listed = await client.request('resources/templates/list')
    expect(listed['resourceTemplates']).toMatchObject([{ uriTemplate: TEMPLATE }])
    const read = await client.request('resources/read', { uri: note('ada') })
    expect(read['contents']).toMatchObject([{ text: 'the note ada' }])
  })

  cell('completion', async () => {
    const argument = { name: 'name', value: 'a' }
    const ref = { type: 'ref/prompt', name: PROMPT }
    const completed = await client.request('completion/complete', { ref, argument })
    const expected = NAMES.filter((one) => one.startsWith('a'))
    expect(completed['completion']).toMatchObject({ values: expected })
  })

  cell('logging level', async () => {
    await client.logAt('warning')
    await call('log')
    await vi.waitFor(() => expect(loggedBy(client)).toEqual(['a failure']), WAIT)
  })

  cell('elicitation by a form', async () => {
    expect(textOf(await call('ask_form'))).toContain('"sure":true')
    expect(client.asked).toEqual(['elicitation/create'])
  })

  cell('elicitation by a URL', async () => {
    expect(textOf(await call('ask_page'))).toContain('"action":"accept"')
    expect(client.asked).toEqual(['elicitation/create'])
  })

  cell('the end of an elicitation (`elicitation/complete`)', async () => {
    await call('ask_page')
    // Longer than the answer took: what comes after it would be here.
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(client.told.map(({ method }) => method)).not.toContain(
      'notifications/elicitation/complete',
    )
    return 'not passed on'
  })

  cell('subscription to a resource', async () => {
    await client.listen(note('ada'))
    await vi.waitFor(async () => {
      await call('touch', note('ada'))
      expect(toldOf(client, 'notifications/resources/updated')).toContain(note('ada'))
    }, WAIT)
  })

  cell('changes of lists', async () => {
    await client.listen(note('ada'))
    const before = namesOf(await client.request('tools/list'), 'tools').includes(IN_TURN)
    await call('flip')
    await vi.waitFor(
      () =>
        expect(client.told.map(({ method }) => method)).toContain(
          'notifications/tools/list_changed',
        ),
      WAIT,
    )
    const after = namesOf(await client.request('tools/list'), 'tools').includes(IN_TURN)
    expect(after).toBe(!before)
  })

  cell('sampling', async () => {
    expect(textOf(await call('ask_model'))).toContain('a thought')
    expect(client.asked).toEqual(['sampling/createMessage'])
  })

  cell('roots', async () => {
    expect(textOf(await call('ask_roots'))).toContain('file:///work')
    expect(client.asked).toEqual(['roots/list'])
  })

  cell('resuming a stream (`Last-Event-ID`)', async () => {
    // What has no id cannot be asked for again.
    expect(await idsOfEvents(target)).toEqual([])
    return 'no event ids are sent'
  })

  cell('restart of the client', async () => {
    await client.close()
    client = await enter()
    expect(textOf(await call('echo', 'again'))).toBe('again')
  })

  cell('restart of the target', async () => {
    expect(textOf(await call('echo', 'before'))).toBe('before')
    await world.restartTarget(target)
    await vi.waitFor(async () => expect(textOf(await call('echo', 'after'))).toBe('after'), WAIT)
  })

  cell('restart of the gateway', async () => {
    expect(textOf(await call('echo', 'before'))).toBe('before')
    await world.restartGateway()
    // The same client, and in the old era the same session.
    expect(textOf(await call('echo', 'after'))).toBe('after')
  })
})

/** SDK v2 knows the code of the old era and may raise that of the modern one for it. */
function notFound(client: string): readonly number[] {
  if (client.startsWith('SDK v1')) return [-32002]
  return client.endsWith('2026-07-28') ? [-32602] : [-32002, -32602]
}

/** Ids of the events of a call that streams, as somebody sees them who reads the bytes. */
async function idsOfEvents(target: Target): Promise<readonly string[]> {
  const headers = {
    authorization: `Bearer ${world.token(target)}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'count',
    'last-event-id': '1',
  }
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    progressToken: 'p',
  }
  const params = { name: 'count', arguments: {}, _meta }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  const answer = await fetch(world.url(target), { method: 'POST', headers, body })
  const events = await answer.text()
  expect(events).toContain('notifications/progress')
  return events.match(/^id:.*$/gm) ?? []
}

function namesOf(result: Json, member: string): readonly unknown[] {
  return (result[member] as readonly Json[]).map(({ name }) => name)
}

function textOf(result: Json): unknown {
  expect(result['isError']).not.toBe(true)
  return (result['content'] as readonly Json[])[0]?.['text']
}

function loggedBy({ told }: EraClient): readonly unknown[] {
  return told.flatMap(({ method, params }) =>
    method === 'notifications/message' ? [params['data']] : [],
  )
}

function toldOf({ told }: EraClient, wanted: string): readonly unknown[] {
  return told.flatMap(({ method, params }) => (method === wanted ? [params['uri']] : []))
}
