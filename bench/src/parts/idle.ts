// What an idle stream costs: so many that tell of changes are opened at a gateway that nobody used much before, eight for
// each of many people, and left alone. Its memory after a collection of garbage, with and without them.
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { inBenchWorld, type BenchWorld, type RunningGateway } from '../world.ts'
import type { Part } from './part.ts'

const STREAMS = 1000
const FEW_STREAMS = 96
/** With fewer requests than this, few streams. */
const WHOLE_FROM = 1000
const PER_PERSON = 8
const WARM_STREAMS = 40
const WARM_CALLS = 2000
const SETTLE_MS = 1_500
const COLLECTIONS = 3
const COLLECT = new URL('../collect-garbage.ts', import.meta.url)
const SETTINGS = `limits: { streams: 2000, connections: 5000, connectionsPerAddress: 5000, streamsPerPrincipal: ${PER_PERSON} }`

export const idle: Part = {
  title: 'Idle streams',
  measure: ({ requests, passes }) =>
    inBenchWorld({}, async (world) => {
      const streams = requests < WHOLE_FROM ? FEW_STREAMS : STREAMS
      const seen: PerStream[] = []
      for (let pass = 0; pass < passes; pass++) {
        seen.push(await measureStreams(world, streams, Math.min(requests, WARM_CALLS)))
      }
      return {
        rows: [
          {
            target: `resident memory for each of ${streams} idle streams`,
            wanted: '≤ 40 KB',
            unit: 'KB',
            most: 40,
            passes: seen.map(({ residentKb }) => residentKb),
            note: 'what the kernel holds for a socket is not in it',
          },
          {
            target: 'of it objects and buffers',
            wanted: '–',
            unit: 'KB',
            passes: seen.map(({ heldKb }) => heldKb),
          },
        ],
        about: [
          `${PER_PERSON} streams for each of ${streams / PER_PERSON} people, a new gateway for each pass, after a collection of garbage.`,
        ],
      }
    }),
}

type PerStream = { readonly residentKb: number; readonly heldKb: number }
type Memory = { readonly rss: number; readonly heapUsed: number; readonly external: number }

async function measureStreams(
  world: BenchWorld,
  streams: number,
  calls: number,
): Promise<PerStream> {
  const file = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'memory.json')
  const environment = { BENCH_MEMORY_FILE: file }
  const gateway = await world.startGateway({ settings: SETTINGS, preload: COLLECT, environment })
  const { port, host, resource } = gateway
  const at = { port, hostHeader: host, path: '/mcp/bench' }
  const people = Array.from({ length: streams / PER_PERSON }, (_, one) => `person-${one}`)
  const tokens = people.flatMap((person) => world.tokens(resource('bench'), 1, person))
  // What is made once, for the first of them, is no cost of a stream.
  const job = { ...at, connections: 1, requests: calls, vary: true, tokens }
  const { errors, firstError } = await world.run(job)
  if (errors > 0) throw new Error(`a wrong answer: ${firstError}`)
  await open(world, { ...at, tokens, listen: WARM_STREAMS })
  await world.hangUp()
  const before = await settled(gateway, file)
  await open(world, { ...at, tokens, listen: streams })
  const during = await settled(gateway, file)
  await world.hangUp()
  gateway.process.kill()
  const perStream = (bytes: number): number => bytes / 1000 / streams
  return {
    residentKb: perStream(during.rss - before.rss),
    heldKb: perStream(during.heapUsed + during.external - before.heapUsed - before.external),
  }
}

async function open(world: BenchWorld, job: Parameters<BenchWorld['listen']>[0]): Promise<void> {
  const seen = await world.listen(job)
  if (seen.open === job.listen) return
  throw new Error(`${seen.open} of ${job.listen} streams are open: ${seen.firstError}`)
}

async function settled({ process }: RunningGateway, file: string): Promise<Memory> {
  for (let time = 0; time < COLLECTIONS; time++) {
    await wait(SETTLE_MS)
    process.kill('SIGUSR2')
  }
  await wait(SETTLE_MS)
  return JSON.parse(readFileSync(file, 'utf8')) as Memory
}
