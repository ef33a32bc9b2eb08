// Processor time per call with one gateway and with two, each with its own port and state folder, the load split between
// them, all on one core: what a second process costs. Throughput by processes would need more cores than a load leaves.
import { readFileSync } from 'node:fs'
import { LOAD_CORE, message } from '../crew.ts'
import type { Figures, Job } from '../load/job.ts'
import type { TargetRow } from '../target-row.ts'
import { inBenchWorld, type BenchWorld, type RunningGateway } from '../world.ts'
import type { Part } from './part.ts'

const CONNECTIONS = 32
/** Of `/proc/<pid>/stat`: a hundredth of a second on every Linux. */
const TICK_US = 10_000

export const processes: Part = {
  title: 'One and two processes',
  measure: ({ requests, passes }) =>
    inBenchWorld({}, async (world) => {
      const gateways = [await world.startGateway(), await world.startGateway()]
      const loads = await Promise.all(gateways.map((gateway) => startLoad(world, gateway)))
      const spend = async (count: number, total: number): Promise<number> => {
        const taking = loads.slice(0, count)
        const before = cpuTicks(gateways)
        await Promise.all(taking.map((load) => load(total / count, CONNECTIONS / count)))
        return ((cpuTicks(gateways) - before) * TICK_US) / total
      }
      await spend(1, requests)
      await spend(2, requests)
      const one: number[] = []
      const two: number[] = []
      for (let pass = 0; pass < passes; pass++) {
        const [first, second] = pass % 2 === 0 ? [one, two] : [two, one]
        first.push(await spend(first === one ? 1 : 2, requests))
        second.push(await spend(second === one ? 1 : 2, requests))
      }
      return {
        rows: rowsOf(one, two),
        about: ['Same arguments, 32 connections in all, `written`.'],
      }
    }),
}

function rowsOf(one: readonly number[], two: readonly number[]): readonly TargetRow[] {
  const figure = { wanted: '–', unit: 'µs' }
  return [
    { ...figure, target: 'processor time per call, one process', passes: one },
    { ...figure, target: 'processor time per call, two processes', passes: two },
    {
      target: 'processor time per call, two processes × one',
      wanted: '≤ 1.1',
      unit: '×',
      most: 1.1,
      passes: two.map((time, pass) => time / (one[pass] ?? Number.NaN)),
    },
  ]
}

/** A load of its own for each, so that both are loaded at the same time. */
async function startLoad(
  { child, tokens }: BenchWorld,
  { port, host, resource }: RunningGateway,
): Promise<(requests: number, connections: number) => Promise<void>> {
  const load = child('load-process.ts', LOAD_CORE, {})
  await message(load)
  const [token = ''] = tokens(resource('bench'), 1)
  return async (requests, connections) => {
    const at = { port, hostHeader: host, path: '/mcp/bench', tokens: [token], vary: false }
    load.send({ ...at, requests, connections } satisfies Job)
    const { errors, firstError } = (await message(load)) as Figures
    if (errors > 0) throw new Error(`a wrong answer: ${firstError}`)
  }
}

/** Of all threads, in user and system mode. */
function cpuTicks(gateways: readonly RunningGateway[]): number {
  return gateways.reduce((sum, { process: { pid } }) => {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return sum + Number(fields[11]) + Number(fields[12])
  }, 0)
}
