// The recording target as a process of its own, for tests that kill and restart things around it. What it has
// recorded is asked for at its control endpoint, bytes as base64.
import { startControlEndpoint } from '../control-endpoint.ts'
import { runRoom } from '../room.ts'
import type { Behaviour } from './behaviour.ts'
import { startRecordingTarget, type RecordingTargetSettings } from './recording-target.ts'
import type { ToolDefinition } from './tools.ts'

export type RecordingTargetReady = { readonly url: string; readonly controlOrigin: string }

await runRoom(async (settings: RecordingTargetSettings) => {
  const target = await startRecordingTarget(settings)
  const { recording } = target
  const endpoint = await startControlEndpoint({
    behave: (change: Partial<Behaviour>) => target.behave(change),
    offer: (tools: readonly ToolDefinition[]) => target.offer(tools),
    bytes: () => recording.bytes().toString('base64'),
    calls: () => recording.calls().map(({ body }) => body.toString('base64')),
    clear: () => recording.clear(),
    die: () => target.die(),
    revive: () => target.revive(),
  })
  const ready: RecordingTargetReady = { url: target.url, controlOrigin: endpoint.origin }
  const stop = async () => {
    await Promise.all([target.stop(), endpoint.stop()])
  }
  return { ready, stop }
})
