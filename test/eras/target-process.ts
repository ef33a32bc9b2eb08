// A target of the era matrix as a process: node target-process.ts '{"era":"old","port":4100}'
import { runRoom } from '@sallyport/sample/room.ts'
import { startModernTarget } from './modern-target.ts'
import { startOldTarget } from './old-target.ts'

/** `oldest` is of the old era, over HTTP with SSE. */
export type TargetSettings = { readonly era: 'old' | 'oldest' | 'modern'; readonly port?: number }
export type TargetReady = { readonly port: number }

await runRoom(async ({ era, port = 0 }: TargetSettings) => {
  const over = era === 'oldest' ? 'sse' : 'streamable-http'
  const started = await (era === 'modern' ? startModernTarget(port) : startOldTarget(port, over))
  const ready: TargetReady = { port: started.port }
  return { ready, stop: started.stop }
})
