// F-10: a retry could repeat a side effect. Writing calls go through a proxy that resets, delays and loses, on connections
// that are kept, while the target closes some of them at its own will; the gateway is killed now and then. No call may
// reach the target twice, and none that was answered well may be missing there.
import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { inFaultWorld, type FaultWorld } from './fault-world.ts'
import { isGood, keptAlive } from './kept-alive.ts'
import { startProgress } from './progress.ts'
import type { Finding, PromiseScript } from './promise.ts'
import type { GatewayProcess } from './start-process.ts'

const CALLERS = 16
/** Rare enough that the breaker stays closed for most calls: five in a row would open it. */
const FAULTS = {
  latencyMs: 1,
  loss: 0.02,
  resetBeforeRequest: 0.03,
  resetAfterRequest: 0.03,
  resetInAnswer: 0.03,
}
const LONGEST_MS = 15 * 60_000

export const promise: PromiseScript = {
  id: 'F-10',
  title: 'a retry could repeat a side effect',
  run: ({ short }) =>
    inFaultWorld({ flakySettings: 'timeouts: { firstByteMs: 2000 }' }, (world) =>
      chaos(world, short ? 800 : 10_000, short ? 1 : 10),
    ),
}

async function chaos(
  { world, flaky, proxy }: FaultWorld,
  count: number,
  kills: number,
): Promise<readonly Finding[]> {
  let gateway: GatewayProcess | undefined = await world.start()
  proxy.set(FAULTS)
  const callee = keptAlive(world, 'flaky')
  const progress = startProgress('F-10', count, LONGEST_MS)
  const good: number[] = []
  const killAt = new Set(
    Array.from({ length: kills }, (_, at) => Math.floor((count * (at + 1)) / (kills + 1))),
  )
  let made = 0
  let killed = 0
  let onTime = true
  const caller = async (): Promise<void> => {
    while (made < count && onTime) {
      if (gateway === undefined) {
        await wait(20)
        continue
      }
      made += 1
      const id = made
      if (killAt.has(id)) {
        killed += 1
        const dying = gateway
        gateway = undefined
        await dying?.kill()
        gateway = await world.start()
      }
      const ended = await callee.call({ id, amount: 1 }, 'write_record')
      onTime = progress.tick()
      if (isGood(ended)) good.push(id)
      // Connections that everybody thought were good: closed by the target's side between two calls.
      if (randomInt(20) === 0) proxy.endOldest()
      if (ended.code === 'call.breaker_open') await wait(500)
      else if (ended.status === undefined) await wait(50)
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  callee.close()
  const arrivals = new Map<number, number>()
  for (const { body } of flaky.recording.calls('write_record')) {
    const { params } = JSON.parse(body.toString()) as { params: { arguments: { id: number } } }
    const { id } = params.arguments
    arrivals.set(id, (arrivals.get(id) ?? 0) + 1)
  }
  const twice = [...arrivals].filter(([, times]) => times > 1)
  const missing = good.filter((id) => !arrivals.has(id))
  return [
    {
      what: `${made} calls through resets, loss and ${killed} kill -9`,
      seen: `${twice.length} reached the target twice${twice.map(([id]) => ` ${id}`).join('')}; ${arrivals.size} reached it, ${good.length} were answered well`,
      promised: '0 duplicates',
      kept: twice.length === 0 && arrivals.size > made / 4,
    },
    {
      what: 'calls that were answered well',
      seen: `${missing.length} of ${good.length} are missing at the target`,
      promised: '0',
      kept: missing.length === 0 && good.length > made / 10,
    },
  ]
}
