// mcp/subscriptions/upstream.ts: one subscription at a target for all who follow something of it.
import { describe, expect, test, vi } from 'vitest'
import type { ListenFilter, TargetEvent } from '../../../src/call/connector.ts'
import { createUpstream, type Listen } from '../../../src/mcp/subscriptions/upstream.ts'

type Opened = {
  readonly filter: ListenFilter
  readonly on: Parameters<Listen>[1]
  readonly signal: AbortSignal
  readonly end: (reason: string) => void
}

function start() {
  const opened: Opened[] = []
  const told: TargetEvent[] = []
  const lost = vi.fn()
  let nowMs = 0
  const listen: Listen = (filter, on, signal) =>
    new Promise((end) => {
      signal.addEventListener('abort', () => end('aborted'))
      opened.push({ filter, on, signal, end })
    })
  const upstream = createUpstream({
    listen,
    lost,
    told: (event) => told.push(event),
    nowMs: () => nowMs,
  })
  const at = (index: number): Opened => {
    const found = opened.at(index)
    if (found === undefined) throw new Error('not opened')
    return found
  }
  return { upstream, opened, told, lost, at, wait: (ms: number) => void (nowMs += ms) }
}

const plan: ListenFilter = { resourceSubscriptions: ['notes://plan'] }
const both: ListenFilter = { resourceSubscriptions: ['notes://plan', 'notes://diary'] }
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('a subscription at a target', () => {
  test('is opened once for what is wanted, and again only where more is', () => {
    const { upstream, opened, at } = start()
    upstream.want(both)
    upstream.want(plan)
    upstream.want(both)
    expect(opened.map(({ filter }) => filter)).toEqual([both])
    upstream.want({ ...both, toolsListChanged: true })
    expect(opened).toHaveLength(2)
    // The former one goes on until the new one is agreed to: nothing is missed.
    expect(at(0).signal.aborted).toBe(false)
    at(1).on.opened(both)
    expect(at(0).signal.aborted).toBe(true)
  })

  test('a list that nobody listened to may have changed before: that is told once it is listened to', () => {
    const { upstream, told, at } = start()
    upstream.want({ ...plan, toolsListChanged: true })
    at(0).on.opened({ ...plan, toolsListChanged: true })
    expect(told).toEqual([{ kind: 'toolsListChanged' }])
    upstream.want({ ...both, toolsListChanged: true, promptsListChanged: true })
    at(1).on.opened({ ...both, toolsListChanged: true, promptsListChanged: true })
    expect(told.slice(1)).toEqual([{ kind: 'promptsListChanged' }])
  })

  test('ends when nobody listens', () => {
    const { upstream, at } = start()
    upstream.want(plan)
    upstream.want({})
    expect(at(0).signal.aborted).toBe(true)
  })

  test('is opened again after the target ended it, later each time, and tells what may have been missed', async () => {
    const { upstream, opened, told, lost, at, wait } = start()
    upstream.want({ ...plan, toolsListChanged: true })
    at(0).on.opened(plan)
    expect(told).toEqual([])
    at(0).end('restarted')
    await settled()
    expect(lost).toHaveBeenCalledWith('restarted')
    upstream.want(plan)
    expect(opened).toHaveLength(1)
    wait(1_000)
    upstream.want(plan)
    at(1).end('still away')
    await settled()
    wait(1_000)
    upstream.want(plan)
    expect(opened).toHaveLength(2)
    wait(1_000)
    upstream.want(plan)
    expect(opened).toHaveLength(3)
    at(2).on.opened({ toolsListChanged: true, resourceSubscriptions: ['notes://plan'] })
    expect(told).toEqual([
      { kind: 'toolsListChanged' },
      { kind: 'resourceUpdated', uri: 'notes://plan' },
    ])
  })
})
