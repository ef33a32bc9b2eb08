// F-08: a target is down, resets, or does not answer. Blocks of load on a target that is well alternate: with the other
// one well, and with it failing, callers knocking at both all the while.
import { setTimeout as wait } from 'node:timers/promises'
import type { Faults } from '../failures/fault-proxy.ts'
import { inFaultWorld, type FaultWorld } from './fault-world.ts'
import { closedLoop, isGood, keptAlive, openLoop, percentile, type Ended } from './kept-alive.ts'
import { metric } from './operations.ts'
import type { Finding, PromiseScript } from './promise.ts'

/** Of each target, whether or not it answers: a target that fails must not make more load than one that is well. */
const PER_SECOND = 60
const ALLOWED = 1.1
/** In the short form the 99th of a hundred is the one or two slowest calls; one that is held up waits a hundred times as long. */
const SHORT_ALLOWED = 10
const FULL_MS = 10_000
const PROBE_MS = 5_000
const FIRST_BYTE_MS = 1_000

const FAILURES: Readonly<Record<string, Partial<Faults>>> = {
  'refuses connections': { mode: 'refuses' },
  'accepts and is silent': { mode: 'half-open' },
}

export const promise: PromiseScript = {
  id: 'F-08',
  title: 'a target is down',
  run: ({ short }) =>
    inFaultWorld(
      {
        flakySettings: `timeouts: { firstByteMs: ${FIRST_BYTE_MS} }, bulkhead: { calls: 20, waiting: 20, waitMs: 500 }`,
      },
      async (world) => {
        const gateway = await world.world.start()
        const findings: Finding[] = []
        for (const [what, faults] of Object.entries(FAILURES)) {
          findings.push(...(await compare(world, what, faults, short)))
        }
        findings.push(await recovery(world, gateway.operationsPort))
        return findings
      },
    ),
}

type Block = { readonly well: readonly Ended[]; readonly other: readonly Ended[] }

async function compare(
  { world, proxy }: FaultWorld,
  what: string,
  faults: Partial<Faults>,
  short: boolean,
): Promise<readonly Finding[]> {
  const records = keptAlive(world)
  const flaky = keptAlive(world, 'flaky')
  const forMs = short ? 3_000 : FULL_MS
  const block = async (): Promise<Block> => {
    const load = { perSecond: PER_SECOND, forMs }
    const [well, other] = await Promise.all([
      openLoop(() => records.call(), load),
      openLoop(() => flaky.call(), load),
    ])
    return { well, other }
  }
  const base: Block[] = []
  const failing: Block[] = []
  let probes = 0
  await block()
  for (let pair = 0; pair < (short ? 3 : 7); pair += 1) {
    base.push(await block())
    proxy.set(faults)
    proxy.resetAll()
    // What it takes until the breaker opens is not the state that is compared.
    await closedLoop(() => flaky.call(), { callers: 8, forMs: FIRST_BYTE_MS * 2 })
    const before = proxy.connections()
    failing.push(await block())
    probes += proxy.connections() - before
    proxy.set({ mode: 'passes' })
    await untilGood(() => flaky.call())
  }
  records.close()
  flaky.close()
  return judge(what, { base, failing, probes, forMs })
}

function judge(
  what: string,
  seen: { base: readonly Block[]; failing: readonly Block[]; probes: number; forMs: number },
): readonly Finding[] {
  const { base, failing, probes, forMs } = seen
  const p99 = (blocks: readonly Block[]) =>
    percentile(
      blocks.flatMap(({ well }) => well),
      0.99,
    )
  const [before, during] = [p99(base), p99(failing)]
  // Blocks that should be alike are not, on a machine that does other work: no less than that can be told apart.
  const spread = base.map(({ well }) => percentile(well, 0.99))
  const noise = Math.max(...spread) / Math.min(...spread)
  const allowed = forMs < FULL_MS ? SHORT_ALLOWED : ALLOWED
  const lost = failing.flatMap(({ well }) => well).filter((call) => !isGood(call)).length
  const other = failing.flatMap(({ other }) => other)
  const refused = other.filter(({ code }) => code === 'call.breaker_open')
  const mayProbe = failing.length * (Math.ceil(forMs / PROBE_MS) + 1)
  return [
    {
      what: `the others while a target ${what}`,
      seen: `${lost} calls failed; p99 ${during.toFixed(1)} ms against ${before.toFixed(1)} ms (× ${(during / before).toFixed(2)}; blocks that are alike differ by × ${noise.toFixed(2)})`,
      promised: `0; p99 ≤ × ${allowed}, or what blocks that are alike differ by`,
      kept: lost === 0 && during / before <= Math.max(allowed, noise),
    },
    {
      what: `the target that ${what}`,
      seen: `${refused.length} of ${other.length} calls refused at once (p99 ${percentile(refused, 0.99).toFixed(1)} ms), ${probes} connections tried`,
      promised: `≥ 95 %; a probe every 5 s, so at most ${mayProbe}`,
      kept: refused.length >= other.length * 0.95 && probes <= mayProbe && other.length > 0,
    },
  ]
}

async function recovery({ world, proxy }: FaultWorld, operationsPort: number): Promise<Finding> {
  const flaky = keptAlive(world, 'flaky')
  proxy.set({ mode: 'refuses' })
  proxy.resetAll()
  for (let call = 0; call < 10; call += 1) await flaky.call()
  const shown = await metric(operationsPort, 'sallyport_breaker_open{target="flaky"}')
  proxy.set({ mode: 'passes' })
  const tookMs = await untilGood(() => flaky.call())
  flaky.close()
  return {
    what: 'the target comes back',
    seen: `shown as ${shown} before; called again after ${(tookMs / 1000).toFixed(1)} s`,
    promised: '1 in the metrics; by itself, within 5 s and a call',
    kept: shown === 1 && tookMs <= PROBE_MS + 1_000,
  }
}

async function untilGood(call: () => Promise<Ended>): Promise<number> {
  const startedMs = performance.now()
  while (performance.now() - startedMs < 30_000) {
    if (isGood(await call())) break
    await wait(50)
  }
  return performance.now() - startedMs
}
