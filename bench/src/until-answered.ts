// A gateway is ready before the schemas of very many new tools are made, or of very many policies: calls are answered
// when they are.
import { setTimeout as wait } from 'node:timers/promises'
import { jobAt, type Contestant } from './contestants.ts'
import type { BenchWorld } from './world.ts'

const LOOK_MS = 500

/** Resolves with how long it took from now. */
export async function untilAnswered(
  { run, tokens }: Pick<BenchWorld, 'run' | 'tokens'>,
  contestant: Contestant,
  withinMs = 120_000,
): Promise<number> {
  const from = performance.now()
  const { name, audience, subject } = contestant
  const job = {
    ...jobAt(contestant),
    connections: 1,
    requests: 1,
    tokens: tokens(audience, 1, subject),
  }
  for (;;) {
    const { errors, firstError } = await run(job)
    if (errors === 0) return performance.now() - from
    if (performance.now() - from > withinMs) throw new Error(`${name} answers: ${firstError}`)
    await wait(LOOK_MS)
  }
}
