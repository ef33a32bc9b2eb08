// The rate of `tools/list` over 10, 100 and 1,000 tools, for somebody whose list is known, beside the rate of calls at the
// same gateway, and beside the bare proxy, which passes on the target's list whole.
import { bareProxy, BARE, sallyport, type Contestant } from '../contestants.ts'
import { permitting } from '../gateway.ts'
import { ratioRow } from '../ratios.ts'
import { inRounds, type Cell, type Measured } from '../rounds.ts'
import type { TargetRow } from '../target-row.ts'
import { untilAnswered } from '../until-answered.ts'
import { inBenchWorld } from '../world.ts'
import { few, type Part } from './part.ts'

const COUNTS = [10, 100, 1000]
const CONNECTIONS = 32
const WRITTEN = 'sallyport written'
/** A list of many tools is long: fewer of them. */
const SHARES = [0.5, 0.2, 0.1]
/** So many times the lists of 1,000 tools per call are wanted. */
const WANTED = 0.4

export const lists: Part = {
  title: 'Lists',
  async measure({ requests, passes }) {
    const measured: Measured[] = []
    for (const [at, tools] of COUNTS.entries()) {
      measured.push(...(await measureCount(tools, few(requests, SHARES[at] ?? 1, 100), passes)))
    }
    return {
      measured,
      rows: COUNTS.flatMap((tools) => rowsOf(measured, tools)),
      about: [
        'The person may call every tool; the list is warm. The gateway answers in pages of 200 tools, the bare proxy with all at once.',
      ],
    }
  },
}

const columnOf = (tools: number, method: string): string => `${tools} tools, ${method}`

function measureCount(
  tools: number,
  requests: number,
  passes: number,
): Promise<readonly Measured[]> {
  return inBenchWorld({ tools }, async (world) => {
    const gateway = await world.startGateway({ policies: permitting(['action']) })
    const contestants: readonly Contestant[] = [await bareProxy(world), sallyport(WRITTEN, gateway)]
    for (const contestant of contestants) await untilAnswered(world, contestant)
    const cells = (['tools/list', 'tools/call'] as const).map((method): Cell => ({
      column: columnOf(tools, method),
      connections: CONNECTIONS,
      requests,
      job: { method, vary: false },
    }))
    return inRounds(world, contestants, cells, passes)
  })
}

function rowsOf(measured: readonly Measured[], tools: number): readonly TargetRow[] {
  const place = { column: columnOf(tools, 'tools/list'), connections: CONNECTIONS }
  const rates = (method: string): readonly number[] =>
    measured
      .filter((one) => one.contestant === WRITTEN && one.column === columnOf(tools, method))
      .map(({ requestsPerSecond }) => requestsPerSecond)
  const calls = rates('tools/call')
  const isLarge = tools === COUNTS.at(-1)
  return [
    {
      target: `filtered list of ${tools} tools, warm: rate × that of calls`,
      wanted: isLarge ? `≥ ${WANTED}` : '–',
      unit: '×',
      ...(isLarge ? { least: WANTED } : {}),
      passes: rates('tools/list').map((rate, pass) => rate / (calls[pass] ?? Number.NaN)),
    },
    ratioRow(measured, place, [WRITTEN, BARE], {
      target: `the same × bare undici 8`,
      wanted: '–',
    }) ?? [],
  ].flat()
}
