// The rate of `tools/list` over 1,000 tools, for somebody whose list is known, beside the rate of calls: one gateway, one
// person, the two in turn.
import { setTimeout } from 'node:timers/promises'
import { createCrew, GATEWAY_CORE, LOAD_CORE, message } from './crew.ts'
import { startGateway } from './gateway.ts'
import type { Figures, Job } from './load-process.ts'
import type { TargetRow } from './target-row.ts'
import { createBenchKey, mintTokens } from './tokens.ts'

const TOOLS = 1000
const PASSES = 3
const CALLS = 4000
const LISTS = 1000
const CONNECTIONS = 32
const WAIT_MS = 500
const MOST_WAITS = 240

export async function measureLists(): Promise<readonly TargetRow[]> {
  const { child, keep, end } = createCrew()
  const key = createBenchKey()
  try {
    const environment = { BENCH_PUBLIC_KEY: key.publicPem, BENCH_TOOLS: String(TOOLS) }
    const upstream = child('upstream-process.ts', LOAD_CORE, environment)
    const { origin } = (await message(upstream)) as { origin: string }
    const gateway = await startGateway({
      origin,
      core: GATEWAY_CORE,
      durability: 'written',
      everyTool: true,
    })
    keep(gateway.process)
    const load = child('load-process.ts', LOAD_CORE, {})
    await message(load)
    const job = {
      port: gateway.port,
      path: '/mcp/bench',
      hostHeader: `127.0.0.1:${gateway.port}`,
      connections: CONNECTIONS,
      vary: false,
      tokens: mintTokens(key, origin, `http://127.0.0.1:${gateway.port}/mcp/bench`, 1),
    }
    const ask = async (requests: number, method: Job['method']): Promise<Figures> => {
      load.send({ ...job, requests, method })
      return (await message(load)) as Figures
    }
    const run = async (requests: number, method: Job['method']): Promise<number> => {
      const figures = await ask(requests, method)
      if (figures.errors > 0) throw new Error(`a wrong answer: ${figures.firstError}`)
      return figures.requestsPerSecond
    }
    // The gateway is ready before the schemas of so many new tools are made.
    for (let waited = 0; waited < MOST_WAITS; waited++) {
      if ((await ask(1, 'tools/call')).errors === 0) break
      await setTimeout(WAIT_MS)
    }
    await run(CALLS / 4, 'tools/call')
    await run(LISTS / 4, 'tools/list')
    const calls: number[] = []
    const lists: number[] = []
    for (let pass = 0; pass < PASSES; pass++) {
      calls.push(await run(CALLS, 'tools/call'))
      lists.push(await run(LISTS, 'tools/list'))
    }
    const rate = (rates: readonly number[]): string => String(Math.round(Math.max(...rates)))
    return [
      {
        target: 'filtered list of 1,000 tools, warm: rate × that of calls, 32 connections',
        wanted: '≥ 0.4',
        unit: '×',
        least: 0.4,
        passes: lists.map((list, pass) => list / (calls[pass] ?? Number.NaN)),
        note: `pages of 200 tools; up to ${rate(lists)} lists/s and ${rate(calls)} calls/s`,
      },
    ]
  } finally {
    end()
  }
}
