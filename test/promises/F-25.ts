// F-25: an unhandled exception. Raised under load in callbacks of every kind, in the request thread and in the thread
// that writes the log: the process says so, ends, and the next one takes over.
import { randomInt, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FAULT_KINDS, FAULT_MESSAGE, type Fault } from './faults.ts'
import { startLoad, writeRecord } from './load.ts'
import { inProcessWorld, type ProcessWorld } from './process-world.ts'
import type { Finding, PromiseScript } from './promise.ts'
import type { GatewayProcess } from './start-process.ts'

const CALLERS = 4
const END_MS = 3000
const MOST_CALLBACKS = 40

type Point = Fault | { readonly kind: 'writer'; readonly after: number }
type Seen = {
  readonly point: Point
  /** From the order to raise it to the end of the process. */
  readonly endedMs: number
  readonly code: number | null
  readonly told: boolean
  readonly nextServes: boolean
}

export const promise: PromiseScript = {
  id: 'F-25',
  title: 'an unhandled exception',
  run: ({ short }) =>
    inProcessWorld({}, async (world) => {
      const seen: Seen[] = []
      let started = await startFor(world)
      for (const point of points(short ? 1 : 7)) {
        const struck = await strike(world, started, point)
        started = await startFor(world)
        const { status } = await writeRecord(world, world.token())
        seen.push({ ...struck, nextServes: status === 200 })
      }
      const slowest = Math.max(...seen.map(({ endedMs }) => endedMs))
      const limping = seen.filter(({ code, told }) => code === 0 || code === null || !told)
      const stuck = seen.filter(({ nextServes }) => !nextServes)
      const named = (points: readonly Seen[]) =>
        points.map(({ point: { kind, after } }) => ` ${kind}/${after}`).join('')
      return [
        ends(`exceptions at ${seen.length} points`, slowest, limping.length, named(limping)),
        {
          what: 'the next process',
          seen: `serves after ${seen.length - stuck.length} of ${seen.length}${named(stuck)}`,
          promised: 'serves',
          kept: stuck.length === 0,
        },
      ]
    }),
}

function ends(what: string, slowest: number, limping: number, named: string): Finding {
  return {
    what,
    seen: `slowest end after ${slowest.toFixed(0)} ms, ${limping} without a line in the log or an exit code${named}`,
    promised: `a line in the log and an exit code other than 0 within ${END_MS} ms`,
    kept: slowest <= END_MS && limping === 0,
  }
}

function points(each: number): readonly Point[] {
  const kinds = [...FAULT_KINDS, 'writer'] as const
  return kinds.flatMap((kind) =>
    Array.from({ length: each }, () => ({ kind, after: randomInt(1, MOST_CALLBACKS) })),
  )
}

type Started = { readonly gateway: GatewayProcess; readonly orderFile: string }

/** Ready for a fault in whichever thread. */
async function startFor(world: ProcessWorld): Promise<Started> {
  const orderFile = join(world.folder, `fault-${randomUUID()}`)
  const preload = new URL('fault-in-writer.ts', import.meta.url)
  preload.searchParams.set('order', orderFile)
  return { gateway: await world.start({ preload }), orderFile }
}

async function strike(
  world: ProcessWorld,
  { gateway, orderFile }: Started,
  point: Point,
): Promise<Omit<Seen, 'nextServes'>> {
  const load = startLoad(world, CALLERS)
  const startedMs = performance.now()
  if (point.kind === 'writer') writeFileSync(orderFile, `${point.after}`)
  else gateway.raise(point)
  const { code } = await endOf(gateway)
  const endedMs = performance.now() - startedMs
  await load.end()
  return { point, endedMs, code, told: gateway.printed().includes(FAULT_MESSAGE) }
}

/** A process that does not end by itself is ended, with a signal instead of a code. */
async function endOf(gateway: GatewayProcess): ReturnType<GatewayProcess['kill']> {
  const late = setTimeout(() => void gateway.kill(), 2 * END_MS)
  const ending = await gateway.ended
  clearTimeout(late)
  return ending
}
