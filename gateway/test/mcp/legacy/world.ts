// Sessions over a store in memory and keys in a folder of the test.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import type { McpRoute } from '../../../src/in/inbound.ts'
import { createSessions } from '../../../src/mcp/legacy/sessions.ts'
import { openSealingKeys } from '../../../src/secrets/sealing-keys.ts'
import { createSeals } from '../../../src/secrets/seals.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'
import type { Clock } from '../../../src/system/clock.ts'
import { identity } from '../../authorize/world.ts'

export const ROUTE: McpRoute = {
  target: 'records',
  resource: 'https://gate.acme.example/mcp/records',
  metadataUrl: '',
  minProtocol: '2025-03-26',
}
export const TERMS = {
  protocolVersion: '2025-11-25',
  clientCapabilities: { elicitation: {} },
  clientInfo: undefined,
}
export const ALICE = identity('alice')

/** What outlives a process, and processes upon it. */
export function sessionWorld() {
  let nowMs = 1_700_000_000_000
  const clock: Clock = { wallMs: () => nowMs, monotonicMs: () => nowMs }
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-sessions-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const store = createMemoryStore(clock)
  return {
    store,
    advance: (ms: number) => void (nowMs += ms),
    start() {
      const unawaited = vi.fn()
      const seals = createSeals(openSealingKeys(folder, clock))
      return { sessions: createSessions({ seals, store, clock, unawaited }), unawaited }
    },
  }
}
