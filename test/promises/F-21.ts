// F-21: a reload with a bad configuration: 10,000 mutated configurations and policy sets. Most are judged in this process by
// what a reload asks; a sample goes through a running gateway and is looked at with calls. Nothing crashes, what does not
// fit is kept out with a reason, and nobody ever gets more than the text or the last good state allows.
import { judgeMutantConfigurations } from './mutant-configurations.ts'
import { judgeMutantPolicies } from './mutant-policies.ts'
import { reloadMutants } from './mutants-in-gateway.ts'
import { drawing, type Draw } from './mutants.ts'
import { startProgress, type Progress } from './progress.ts'
import type { Finding, PromiseScript } from './promise.ts'

const FULL = { configurations: 8000, policies: 1700, inGateway: 300 }
const SHORT = { configurations: 300, policies: 60, inGateway: 40 }
const MOST_MS = 600_000

export const promise: PromiseScript = {
  id: 'F-21',
  title: 'a reload with a bad configuration',
  run: async ({ short }) => {
    const totals = short ? SHORT : FULL
    const progress = (what: keyof typeof FULL): Progress =>
      startProgress(`F-21 ${what}`, totals[what], MOST_MS)
    const { seed, draw } = drawing(short)
    process.stderr.write(`  F-21: SEED=${seed} meets the same mutants again\n`)
    return [
      ...(await configurations(totals.configurations, draw, progress('configurations'))),
      ...(await policies(totals.policies, draw, progress('policies'))),
      ...(await inGateway(totals.inGateway, draw, progress('inGateway'))),
    ]
  },
}

async function configurations(
  total: number,
  draw: Draw,
  progress: Progress,
): Promise<readonly Finding[]> {
  const seen = await judgeMutantConfigurations(total, draw, progress)
  const { done, kept, taken, same, crashes, wider } = seen
  return [
    {
      what: `${done} mutated configurations`,
      seen: `${kept} kept, ${taken} taken, ${same} the same; ${counted(crashes, 'crashes')}`,
      promised: 'no crash, kept with the reason',
      kept: crashes.length === 0 && kept > 0 && taken > 0,
    },
    {
      what: 'what they relax, believe or reach and do not say',
      seen: counted(wider, 'cases'),
      promised: '0: never wider',
      kept: wider.length === 0,
    },
  ]
}

async function policies(
  total: number,
  draw: Draw,
  progress: Progress,
): Promise<readonly Finding[]> {
  const seen = await judgeMutantPolicies(total, draw, progress)
  const { done, kept, taken, byCases, crashes, wider, allowed, goodAgain } = seen
  return [
    {
      what: `${done} mutated sets of policies`,
      seen: `${kept} kept (${byCases} by a case), ${taken} taken; ${counted(crashes, 'crashes')}`,
      promised: 'no crash, kept with the reason',
      kept: crashes.length === 0 && kept > 0 && taken > 0,
    },
    {
      what: 'decisions that the text, or the last good set, does not allow',
      seen: `${counted(wider, 'got through')}, of ${allowed} that were allowed`,
      promised: '0: never wider',
      kept: wider.length === 0 && allowed > 0 && goodAgain,
    },
  ]
}

async function inGateway(
  total: number,
  draw: Draw,
  progress: Progress,
): Promise<readonly Finding[]> {
  const { done, alive, kept, taken, silent, wider, lost } = await reloadMutants(
    total,
    draw,
    progress,
  )
  return [
    {
      what: `${done} of both kinds, reloaded by a running gateway`,
      seen: `${alive ? 'alive' : 'ended'}: ${kept} kept, ${taken} taken; ${silent} without a reason`,
      promised: 'no crash, kept with the reason',
      kept: alive && silent === 0 && kept > 0 && taken > 0,
    },
    {
      what: 'calls that nobody may make',
      seen: counted(wider, 'got through'),
      promised: '0: never wider',
      kept: wider.length === 0,
    },
    {
      what: 'the good state meanwhile and again',
      seen: `${lost} times not served`,
      promised: 'served',
      kept: lost === 0,
    },
  ]
}

function counted(found: readonly string[], what: string): string {
  return `${found.length} ${what}${found[0] === undefined ? '' : `: ${found[0]}`}`
}
