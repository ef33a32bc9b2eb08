// A target of the era matrix as a process: node target-process.ts '{"era":"old","port":4100}'
import { runRoom } from '@sallyport/sample/room.ts'
import { startModernTarget } from './modern-target.ts'
import { startOldTarget } from './old-target.ts'

export type TargetSettings = { readonly era: 'old' | 'modern'; readonly port?: number }
export type TargetReady = { readonly port: number }

await runRoom(async ({ era, port = 0 }: TargetSettings) => {
  const started = await (era === 'old' ? startOldTarget(port) : startModernTarget(port))
  const ready: TargetReady = { port: started.port }
  return { ready, stop: started.stop }
})
