import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connector, ListenFilter, TargetEvent } from '../../../src/call/connector.ts'
import type { JsonObject } from '../../../src/json/value.ts'
import { connectTo, NONE } from '../scripted-target.ts'
import { startOldTarget, type OldTarget } from './old-target.ts'

let target: OldTarget
let connector: Connector

beforeEach(async () => {
  target = await startOldTarget()
  target.opening = {
    protocolVersion: '2025-11-25',
    capabilities: { tools: { listChanged: true }, resources: { subscribe: true } },
  }
  connector = connectTo(target.url, { era: 'legacy' })
})
afterEach(async () => {
  await connector.close()
  await target.close()
})

function listen(filter: ListenFilter) {
  const told: TargetEvent[] = []
  const agreed: ListenFilter[] = []
  const client = new AbortController()
  const ended = connector.listen?.(
    filter,
    NONE,
    { opened: (to) => agreed.push(to), told: (event) => told.push(event) },
    client.signal,
  )
  return { told, agreed, ended, stop: () => client.abort() }
}

function tell(method: string, params: JsonObject = {}, id?: string): void {
  const message = { jsonrpc: '2.0', method, params, ...(id === undefined ? {} : { id }) }
  target.streams[0]?.write(`data: ${JSON.stringify(message)}\n\n`)
}

describe('MCP 2025-11-25, basic/transports: listening to a target of the old era', () => {
  it('the GET stream of a session of its own, and a subscription for each resource', async () => {
    target.methods['resources/subscribe'] = () => ({})
    const { told, agreed, ended, stop } = listen({
      toolsListChanged: true,
      promptsListChanged: true,
      resourceSubscriptions: ['acme://a', 'acme://b'],
    })
    await expect
      .poll(() => agreed)
      .toEqual([
        // It does not announce changes of prompts.
        { toolsListChanged: true, resourceSubscriptions: ['acme://a', 'acme://b'] },
      ])
    const get = target.received.find(({ method }) => method === 'GET')
    expect(get?.headers).toMatchObject({ accept: 'text/event-stream', 'mcp-session-id': 's1' })
    expect(target.sent('resources/subscribe')).toHaveLength(2)
    target.streams[0]?.write('id: 1\ndata:\n\n')
    tell('notifications/tools/list_changed')
    tell('notifications/prompts/list_changed')
    tell('notifications/resources/updated', { uri: 'acme://b' })
    tell('notifications/resources/updated', { uri: 'acme://other' })
    tell('notifications/tools/list_changed')
    await expect
      .poll(() => told)
      .toEqual([
        { kind: 'toolsListChanged' },
        { kind: 'resourceUpdated', uri: 'acme://b' },
        { kind: 'toolsListChanged' },
      ])
    stop()
    expect(await ended).toBe('nobody listens any more')
    await expect.poll(() => target.streams.length + target.sessions.size).toBe(0)
  })

  it('what the target does not agree to is not promised', async () => {
    target.methods['resources/subscribe'] = ({ uri }) => {
      if (uri === 'acme://a') return {}
      throw new Error('no such resource')
    }
    const { script } = target
    target.script = (req, res) => {
      try {
        script(req, res)
      } catch {
        res.writeHead(500).end()
      }
    }
    const { agreed, stop, ended } = listen({ resourceSubscriptions: ['acme://a', 'acme://b'] })
    await expect.poll(() => agreed).toEqual([{ resourceSubscriptions: ['acme://a'] }])
    stop()
    await ended
  })

  it('M-18: a target may ask nothing here but a ping', async () => {
    const { ended, stop, agreed } = listen({ toolsListChanged: true })
    await expect.poll(() => agreed.length).toBe(1)
    tell('elicitation/create', { message: 'Password?' }, 'e')
    tell('ping', {}, 'p')
    await expect
      .poll(() => target.messages.filter(({ id }) => id === 'e' || id === 'p'))
      .toMatchObject([
        { id: 'e', error: { code: -32601 } },
        { id: 'p', result: {} },
      ])
    stop()
    await ended
  })

  it('the end comes in words: no stream, nothing to tell, no session', async () => {
    expect(await listen({ promptsListChanged: true }).ended).toMatch('nothing of what is asked')
    expect(target.sessions.size).toBe(0)
    const first = listen({ toolsListChanged: true })
    await expect.poll(() => first.agreed.length).toBe(1)
    target.streams[0]?.end()
    expect(await first.ended).toBe('the target ended the stream')
    const { script } = target
    target.script = (req, res) =>
      req.method === 'GET' ? void res.writeHead(405).end() : script(req, res)
    expect(await listen({ toolsListChanged: true }).ended).toMatch('405')
    target.script = (_req, res) => void res.writeHead(503).end()
    expect(await listen({ toolsListChanged: true }).ended).toMatch('503')
  })
})
