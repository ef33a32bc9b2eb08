// F-27: the client goes away during a call. Callers break off at random moments, before an answer begins and in the
// middle of a stream: the target's request is destroyed and every call has its outcome in the log.
import { randomInt } from 'node:crypto'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { modernRequest, type ModernCall } from '@sallyport/sample/modern-request.ts'
import { rawRequest } from '../support/raw.ts'
import { callsIn, type Calls } from './audit-log.ts'
import { inProcessWorld, type ProcessWorld } from './process-world.ts'
import type { Finding, PromiseScript } from './promise.ts'

const AT_ONCE = 20
const SLOW_MS = 3000
const BETWEEN_EVENTS_MS = 20
const LONGEST_MS = 400
const PATIENCE_MS = 10_000

const CALLS: Readonly<Record<string, ModernCall>> = {
  'before the answer': { method: 'tools/call', params: { name: 'echo', arguments: {} } },
  'in a stream': {
    method: 'tools/call',
    params: { name: 'stream_records', arguments: { count: 1000 } },
    progressToken: 'p',
  },
}

export const promise: PromiseScript = {
  id: 'F-27',
  title: 'the client goes away during a call',
  run: ({ short }) =>
    inProcessWorld({}, async (world) => {
      await world.start()
      const token = world.token()
      const first = { method: 'tools/call', params: { name: 'echo', arguments: {} }, token }
      if ((await world.call(first)).status !== 200) throw new Error('the first call failed')
      const findings: Finding[] = []
      for (const [when, call] of Object.entries(CALLS)) {
        findings.push(await breakOff(world, when, { ...call, token }, short ? 60 : 1000))
      }
      return findings
    }),
}

async function breakOff(
  world: ProcessWorld,
  when: string,
  call: ModernCall,
  count: number,
): Promise<Finding> {
  const { target, auditFolder } = world
  target.behave(
    when === 'in a stream'
      ? { beforeHeadMs: 0, betweenEventsMs: BETWEEN_EVENTS_MS }
      : { beforeHeadMs: SLOW_MS },
  )
  target.recording.clear()
  const before = callsIn(auditFolder).intents.length
  for (let done = 0; done < count; done += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => callAndLeave(world, call)))
  }
  const { recording } = target
  await until(() => {
    const { intents, outcomes } = callsIn(auditFolder)
    return outcomes.size === intents.length && recording.broken() === recording.calls().length
  })
  const { intents, outcomes } = callsIn(auditFolder)
  const mine = intents.slice(before)
  const cancelled = mine.filter(({ key }) => isCancelled(outcomes.get(key))).length
  const reached = recording.calls().length
  return {
    what: `${count} callers gone ${when}`,
    seen: `${reached} of ${count} calls reached the target; ${cancelled} of ${mine.length} intents have the outcome cancelled; ${recording.broken()} of ${reached} requests at the target were destroyed`,
    promised:
      '100 % recorded, cancelled at the target; at least a quarter reached it, or nothing was shown',
    kept:
      cancelled === mine.length &&
      recording.broken() === reached &&
      reached <= mine.length &&
      reached > count / 4,
  }
}

function isCancelled(outcomes: ReturnType<Calls['outcomes']['get']>): boolean {
  return outcomes?.length === 1 && outcomes[0]?.class === 'cancelled'
}

/** Sends the call on a connection of its own and breaks it off, with a FIN or with a reset. */
async function callAndLeave({ port }: ProcessWorld, call: ModernCall): Promise<void> {
  const { headers, body } = modernRequest(call)
  const named = [['Host', `127.0.0.1:${port}`] as const, ...Object.entries(headers)]
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.resume()
  socket.write(rawRequest({ path: '/mcp/records', headers: named, body }))
  await wait(randomInt(LONGEST_MS))
  if (randomInt(2) === 0) socket.destroy()
  else socket.resetAndDestroy()
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!holds() && performance.now() < deadline) await wait(100)
}
