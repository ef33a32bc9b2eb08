// A gateway whose target vanishes from the network in the middle of a stream (F-09): packets to its address are dropped,
// and nobody is told. Runs in a network namespace of its own, where that harms nobody; prints how long it took until the
// gateway noticed, and how the call ended.
import { execFileSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { inFaultWorld } from './fault-world.ts'
import { keptAlive } from './kept-alive.ts'

const HOST = '127.0.0.77'

const seen = await inFaultWorld(
  { host: HOST, flakySettings: 'timeouts: { idleMs: 100000 }' },
  async ({ world, flaky }) => {
    await world.start()
    // The head of the answer comes at once, and its end much later.
    flaky.behave({ betweenEventsMs: 600_000 })
    const { call } = keptAlive(world, 'flaky')
    void call({ count: 1 }, 'stream_records')
    while (flaky.recording.calls().length === 0) await wait(20)
    await wait(500)
    execFileSync('ip', ['route', 'add', 'blackhole', HOST, 'table', 'local'])
    const startedMs = performance.now()
    for (;;) {
      const outcome = world.audit().find(({ kind }) => kind === 'outcome')
      const tookMs = performance.now() - startedMs
      if (outcome !== undefined) return { tookMs, class: outcome['class'] }
      if (tookMs > 90_000) return { tookMs, class: 'none' }
      await wait(200)
    }
  },
)
process.stdout.write(`${JSON.stringify(seen)}\n`)
process.exit(0)
