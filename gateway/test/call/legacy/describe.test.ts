import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connector } from '../../../src/call/connector.ts'
import { connectTo, envelope, NONE, permitFor } from '../scripted-target.ts'
import { startOldTarget, type OldTarget } from './old-target.ts'

let target: OldTarget
let connector: Connector

beforeEach(async () => {
  target = await startOldTarget()
  connector = connectTo(target.url, { era: 'auto' })
})
afterEach(async () => {
  await connector.close()
  await target.close()
})

const never = new AbortController().signal
const methods = () => target.messages.map(({ method }) => method)

describe('protocol §4: which era a target speaks is asked', () => {
  it('a target that does not know `server/discover` is described in the way of the old era', async () => {
    target.methods['tools/list'] = ({ cursor }) =>
      cursor === undefined
        ? { tools: [{ name: 'a' }], nextCursor: '1' }
        : { tools: [{ name: 'b' }] }
    const { tools } = await connector.describe(NONE, never)
    expect(tools).toEqual([{ name: 'a' }, { name: 'b' }])
    expect(methods()).toEqual([
      'server/discover',
      'initialize',
      'notifications/initialized',
      'tools/list',
      'tools/list',
    ])
    // Its session is kept for the next time; the era is asked again.
    await connector.describe(NONE, never)
    expect(methods().slice(5)).toEqual(['server/discover', 'tools/list', 'tools/list'])
  })

  it('a session that was lost between two descriptions is opened again', async () => {
    await connector.describe(NONE, never)
    target.sessions.clear()
    expect((await connector.describe(NONE, never)).tools).toHaveLength(1)
    expect(target.sent('initialize')).toHaveLength(2)
  })

  it('a call before the first description asks by itself', async () => {
    const outcome = await connector.call(permitFor('{}'), NONE, envelope(), never)
    expect(outcome.kind).toBe('result')
    expect(methods()).toEqual([
      'server/discover',
      'initialize',
      'notifications/initialized',
      'tools/call',
    ])
  })

  it('a target that has learned the modern revision is called in it from the next description on', async () => {
    await connector.describe(NONE, never)
    target.script = (req, res) => {
      const { id, method } = JSON.parse(req.body || '{}') as { id: string; method: string }
      const discovered = { supportedVersions: ['2026-07-28'], capabilities: {} }
      const result = method === 'server/discover' ? discovered : { resultType: 'complete' }
      res.writeHead(200, { 'content-type': 'application/json' })
      res.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
    }
    await connector.describe(NONE, never)
    await connector.call(permitFor('{}'), NONE, envelope(), never)
    expect(target.received.at(-1)?.headers).toMatchObject({
      'mcp-method': 'tools/call',
      'mcp-protocol-version': '2026-07-28',
    })
  })

  it('silence, a refused credential and an outage are no evidence: the last verdict stays', async () => {
    await connector.describe(NONE, never)
    const { script } = target
    for (const status of [401, 503]) {
      target.script = (_req, res) => void res.writeHead(status).end()
      await expect(connector.describe(NONE, never)).rejects.toThrow(`answered ${status}`)
    }
    target.script = script
    await connector.call(permitFor('{}'), NONE, envelope(), never)
    expect(methods().at(-1)).toBe('tools/call')
  })

  it('a server that is neither is told so, with both reasons', async () => {
    target.script = (_req, res) => void res.writeHead(404).end()
    await expect(connector.describe(NONE, never)).rejects.toThrow(
      /does not speak revision 2026-07-28 \(status 404\), nor an older one: initialize: .*404/,
    )
    const outcome = await connector.call(permitFor('{}'), NONE, envelope(), never)
    expect(outcome).toMatchObject({
      kind: 'refused',
      facts: { class: 'refused_by_target' },
    })
  })
})
