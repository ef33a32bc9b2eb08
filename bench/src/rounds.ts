// The passes of a run: every contestant in every cell, in rotated order, so that a slow minute hits all alike. The first
// pass warms each up. Nothing wrong is dropped: a wrong answer stays in the figures and voids the run.
import { jobAt, type Contestant } from './contestants.ts'
import type { Figures, Job } from './load/job.ts'
import type { BenchWorld } from './world.ts'

/** One table of the report: what is asked in it, and how often. */
export type Cell = {
  readonly column: string
  readonly connections: number
  readonly requests: number
  readonly job: Partial<Job>
  /** A token of its own for every request. */
  readonly newTokens?: boolean
  /** Those who take part; default: all. */
  readonly only?: readonly string[]
}

export type Measured = Figures & {
  readonly contestant: string
  readonly column: string
  readonly connections: number
  readonly pass: number
}

const MOST_WARM_UP = 3000

export async function inRounds(
  world: Pick<BenchWorld, 'run' | 'tokens'>,
  contestants: readonly Contestant[],
  cells: readonly Cell[],
  passes: number,
): Promise<readonly Measured[]> {
  const measured: Measured[] = []
  const constant = new Map(
    contestants.map((one) => [one, world.tokens(one.audience, 1, one.subject)]),
  )
  const steps = passes * cells.reduce((sum, { only }) => sum + (only ?? contestants).length, 0)
  for (let pass = 0; pass < passes; pass++) {
    for (const cell of cells) {
      const { column, connections, only, newTokens = false } = cell
      const taking = contestants.filter(({ name }) => only === undefined || only.includes(name))
      for (let turn = 0; turn < taking.length; turn++) {
        const contestant = taking[(turn + pass) % taking.length]
        if (contestant === undefined) continue
        const known = constant.get(contestant) ?? []
        const { share = 1 } = contestant
        const requests = Math.max(2 * connections, Math.round(cell.requests * share))
        const job = { ...jobAt(contestant), ...cell.job, connections }
        if (pass === 0) {
          const few = Math.min(requests, MOST_WARM_UP)
          await world.run({ ...job, requests: few, tokens: known })
        }
        const tokens = newTokens
          ? world.tokens(contestant.audience, requests, contestant.subject)
          : known
        const figures = await world.run({ ...job, requests, tokens })
        measured.push({ contestant: contestant.name, column, connections, pass, ...figures })
        progress(measured.length, steps, contestant.name)
      }
    }
  }
  return measured
}

function progress(step: number, steps: number, name: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r[${step}/${steps}] ${name.padEnd(30)}`)
  else if (step % 6 === 0) process.stdout.write(`[${step}/${steps}]\n`)
}
