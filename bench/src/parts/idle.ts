// What an idle stream costs: so many that tell of changes are opened, eight for each of many people, and left alone. The
// resident memory of the gateway after a collection of garbage, with and without them.
import { setTimeout as wait } from 'node:timers/promises'
import { residentMiB } from '../gateway.ts'
import type { TargetRow } from '../target-row.ts'
import { inBenchWorld, type BenchWorld, type RunningGateway } from '../world.ts'
import type { Part } from './part.ts'

const STREAMS = 1000
/** With fewer requests than this, a tenth of them. */
const WHOLE_FROM = 1000
const PER_PERSON = 8
const SETTLE_MS = 3_000
const COLLECT = new URL('../collect-garbage.ts', import.meta.url)
const SETTINGS = `limits: { streams: 2000, connections: 5000, connectionsPerAddress: 5000, streamsPerPrincipal: ${PER_PERSON} }`

export const idle: Part = {
  title: 'Idle streams',
  measure: ({ requests, passes }) =>
    inBenchWorld({}, async (world) => {
      const streams = requests < WHOLE_FROM ? STREAMS / 10 : STREAMS
      const gateway = await world.startGateway({ settings: SETTINGS, preload: COLLECT })
      // What is grown once for the first of them is no cost of a stream.
      await openAndClose(world, gateway, streams)
      const perStream: number[] = []
      for (let pass = 0; pass < passes; pass++) {
        perStream.push(await openAndClose(world, gateway, streams))
      }
      const row: TargetRow = {
        target: `resident memory for each of ${streams} idle streams`,
        wanted: '≤ 40 KB',
        unit: 'KB',
        most: 40,
        passes: perStream,
        note: 'after a collection of garbage; what the kernel holds for a socket is not in it',
      }
      return {
        rows: [row],
        about: [`${PER_PERSON} streams for each of ${streams / PER_PERSON} people.`],
      }
    }),
}

/** In kilobytes for each stream. */
async function openAndClose(
  world: BenchWorld,
  gateway: RunningGateway,
  streams: number,
): Promise<number> {
  const before = await settled(gateway)
  const people = Array.from({ length: streams / PER_PERSON }, (_, at) => `person-${at}`)
  const tokens = people.flatMap((person) => world.tokens(gateway.resource('bench'), 1, person))
  const { port, host } = gateway
  const at = { port, hostHeader: host, path: '/mcp/bench' }
  const { open, firstError } = await world.listen({ ...at, listen: streams, tokens })
  if (open !== streams) throw new Error(`${open} of ${streams} streams are open: ${firstError}`)
  const during = await settled(gateway)
  await world.hangUp()
  return ((during - before) * 1024 * 1024) / 1000 / streams
}

async function settled(gateway: RunningGateway): Promise<number> {
  for (let time = 0; time < 2; time++) {
    await wait(SETTLE_MS / 2)
    gateway.process.kill('SIGUSR2')
  }
  await wait(SETTLE_MS / 2)
  return residentMiB(gateway.process)
}
