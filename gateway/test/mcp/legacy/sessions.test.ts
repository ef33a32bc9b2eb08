import { describe, expect, test, vi } from 'vitest'
import { isRefusal } from '../../../src/refusal.ts'
import { SESSION_LIFE_MS } from '../../../src/mcp/legacy/session.ts'
import { termsOf, type FoundSession, type Sessions } from '../../../src/mcp/legacy/sessions.ts'
import { identity } from '../../authorize/world.ts'
import { ALICE, ROUTE, sessionWorld, TERMS } from './world.ts'

async function find(sessions: Sessions, id: string, route = ROUTE): Promise<FoundSession> {
  const found = await sessions.find(id, ALICE, route)
  if (isRefusal(found)) throw new Error(found.refused)
  return found
}

describe('MCP 2025-11-25, session management', () => {
  test('a session says what was declared when it was opened, in every process', async () => {
    const world = sessionWorld()
    const clientInfo = { name: 'old', version: '1' }
    const id = world.start().sessions.open({ ...TERMS, clientInfo }, ALICE, ROUTE)
    const found = await find(world.start().sessions, id)
    expect(termsOf(found)).toMatchObject({ ...TERMS, clientInfo, logLevel: undefined })
    expect(found.session.name).toMatch(/^[0-9a-f]{32}$/)
  })

  test.each([
    ['another person', identity('mallory'), ROUTE],
    ['another endpoint', ALICE, { ...ROUTE, resource: 'https://gate.acme.example/mcp' }],
    ['an endpoint that demands more', ALICE, { ...ROUTE, minProtocol: '2026-07-28' }],
  ])('is none for %s', async (_what, who, route) => {
    const { sessions } = sessionWorld().start()
    const id = sessions.open(TERMS, ALICE, ROUTE)
    expect(await sessions.find(id, who, route)).toEqual({ refused: 'in.no_such_session' })
  })

  test('lives for two weeks', async () => {
    const world = sessionWorld()
    const { sessions } = world.start()
    const id = sessions.open(TERMS, ALICE, ROUTE)
    world.advance(SESSION_LIFE_MS - 1)
    await find(sessions, id)
    world.advance(1)
    expect(await sessions.find(id, ALICE, ROUTE)).toEqual({ refused: 'in.no_such_session' })
  })

  test('keeps its level in the store', async () => {
    const world = sessionWorld()
    const { sessions } = world.start()
    const id = sessions.open(TERMS, ALICE, ROUTE)
    const { session } = await find(sessions, id)
    await sessions.change(session, (state) => ({ ...state, logLevel: 'error' }))
    expect(termsOf(await find(sessions, id)).logLevel).toBe('error')
    expect(termsOf(await find(world.start().sessions, id)).logLevel).toBe('error')
  })

  test('is over at once where it was ended, and within seconds in other processes', async () => {
    const world = sessionWorld()
    const [here, there] = [world.start().sessions, world.start().sessions]
    const id = here.open(TERMS, ALICE, ROUTE)
    const { session } = await find(here, id)
    await find(there, id)
    const stream = here.streams.open(session.name)
    await here.end(session)
    expect(stream.over.aborted).toBe(true)
    expect(await here.find(id, ALICE, ROUTE)).toEqual({ refused: 'in.no_such_session' })
    world.advance(5_000)
    expect(await there.find(id, ALICE, ROUTE)).toEqual({ refused: 'in.no_such_session' })
  })

  test('goes on with what is known while the store is away, and is a fault where nothing is', async () => {
    const world = sessionWorld()
    const { sessions } = world.start()
    const id = sessions.open(TERMS, ALICE, ROUTE)
    await find(sessions, id)
    vi.spyOn(world.store, 'get').mockRejectedValue(new Error('away'))
    world.advance(60_000)
    await find(sessions, id)
    await expect(world.start().sessions.find(id, ALICE, ROUTE)).rejects.toThrow('away')
  })
})

describe('MCP 2025-11-25, basic/transports: responses of the client', () => {
  const response = { jsonrpc: '2.0', id: 'q', result: { action: 'accept' } }
  const deliver = async (sessions: Sessions, id: string, responseTo: string | number) => {
    const { session } = await find(sessions, id)
    sessions.deliver(session, { responseTo, response })
    return session
  }

  test('reach whoever waits in that session, once', async () => {
    const { sessions, unawaited } = sessionWorld().start()
    const id = sessions.open(TERMS, ALICE, ROUTE)
    const { session } = await find(sessions, id)
    const waiting = sessions.awaitResponse(session.name, 'q', new AbortController().signal)
    await deliver(sessions, id, 'q')
    expect(await waiting).toBe(response)
    expect(unawaited).not.toHaveBeenCalled()
    await deliver(sessions, id, 'q')
    expect(unawaited).toHaveBeenCalledOnce()
  })

  test('of another session, or to another id, are counted and have no effect', async () => {
    const { sessions, unawaited } = sessionWorld().start()
    const [mine, theirs] = [sessions.open(TERMS, ALICE, ROUTE), sessions.open(TERMS, ALICE, ROUTE)]
    const { session } = await find(sessions, mine)
    const settled = vi.fn()
    const over = new AbortController()
    const waiting = sessions
      .awaitResponse(session.name, '1', over.signal)
      .then(settled, () => 'over')
    await deliver(sessions, theirs, '1')
    await deliver(sessions, mine, 1)
    await deliver(sessions, mine, '2')
    expect(unawaited).toHaveBeenCalledTimes(3)
    expect(settled).not.toHaveBeenCalled()
    over.abort()
    expect(await waiting).toBe('over')
  })

  test('are not waited for by more than a session may ask at once', async () => {
    const { sessions } = sessionWorld().start()
    const { signal } = new AbortController()
    for (let id = 0; id < 32; id += 1) void sessions.awaitResponse('s', String(id), signal)
    await expect(sessions.awaitResponse('s', 'one more', signal)).rejects.toThrow('cannot be asked')
    void sessions.awaitResponse('t', 'another session', signal)
  })
})
