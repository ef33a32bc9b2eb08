// What every part of a benchmark has: a key, targets, the load, and gateways; all ended with it, whatever comes.
import { createCrew, GATEWAY_CORE, LOAD_CORE, message, type Crew } from './crew.ts'
import {
  startGateway,
  type BenchGateway,
  type BenchTarget,
  type GatewayOptions,
} from './gateway.ts'
import type { Figures, HangUp, Job, Listening, ListenJob } from './load/job.ts'
import { createBenchKey, mintTokens, type BenchKey } from './tokens.ts'
import type { UpstreamCounts } from './upstream-process.ts'
import type { Era } from './upstream/target.ts'

export type BenchWorld = Pick<Crew, 'child' | 'keep'> & {
  readonly key: BenchKey
  /** The one that is also the issuer. */
  readonly upstream: Upstream
  readonly startUpstream: (options?: UpstreamOptions) => Promise<Upstream>
  /** On the contestant's core, in front of `upstream`, unless said otherwise. */
  readonly startGateway: (options?: Partial<GatewayOptions>) => Promise<RunningGateway>
  readonly run: (job: Job) => Promise<Figures>
  readonly listen: (job: ListenJob) => Promise<Listening>
  readonly hangUp: () => Promise<void>
  readonly tokens: (audience: string, count: number, subject?: string) => string[]
}
type UpstreamOptions = { readonly era?: Era; readonly tools?: number }
export type Upstream = BenchTarget & {
  /** What came since the last time this was asked. */
  readonly counts: () => Promise<UpstreamCounts>
}
export type RunningGateway = BenchGateway & {
  readonly host: string
  /** The resource of a target: a token's audience. */
  readonly resource: (target: string) => string
}

/** `options`: of the first target. */
export async function inBenchWorld<Result>(
  options: UpstreamOptions,
  use: (world: BenchWorld) => Promise<Result>,
): Promise<Result> {
  const crew = createCrew()
  try {
    return await use(await openWorld(crew, options))
  } finally {
    crew.end()
  }
}

async function openWorld(crew: Crew, options: UpstreamOptions): Promise<BenchWorld> {
  const key = createBenchKey()
  const startUpstream = async ({ era = 'modern', tools = 1 }: UpstreamOptions = {}) => {
    const environment = {
      BENCH_PUBLIC_KEY: key.publicPem,
      BENCH_TOOLS: String(tools),
      BENCH_ERA: era,
    }
    const child = crew.child('upstream-process.ts', LOAD_CORE, environment)
    const { origin } = (await message(child)) as { readonly origin: string }
    const counts = async (): Promise<UpstreamCounts> => {
      child.send('counts')
      return (await message(child)) as UpstreamCounts
    }
    return { origin, counts, ...(era === 'old' ? { era: 'legacy' as const } : {}) }
  }
  const upstream = await startUpstream(options)
  const load = crew.child('load-process.ts', LOAD_CORE, {})
  await message(load)
  const ask = async <Answer>(order: Job | ListenJob | HangUp): Promise<Answer> => {
    load.send(order)
    return (await message(load)) as Answer
  }
  return {
    child: crew.child,
    keep: crew.keep,
    key,
    upstream,
    startUpstream,
    async startGateway(more = {}) {
      const started = await startGateway({
        issuer: upstream.origin,
        targets: { bench: upstream },
        core: GATEWAY_CORE,
        durability: 'written',
        ...more,
      })
      crew.keep(started.process)
      const host = `127.0.0.1:${started.port}`
      return { ...started, host, resource: (target) => `http://${host}/mcp/${target}` }
    },
    run: (job) => ask<Figures>(job),
    listen: (job) => ask<Listening>(job),
    hangUp: () => ask<void>({ hangUp: true }),
    tokens: (audience, count, subject) =>
      mintTokens(key, upstream.origin, audience, count, subject),
  }
}
