// Who takes part in a run, beside the gateway: each on the contestant's core, in front of the same target. A contestant
// that claims a check is tested to make it before anything is measured.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { GATEWAY_CORE, message } from './crew.ts'
import { freePort, listening } from './free-port.ts'
import { startGoProxy } from './go-proxy.ts'
import { startHaproxy } from './haproxy.ts'
import type { Job } from './load/job.ts'
import type { BenchWorld, RunningGateway } from './world.ts'

export type Contestant = {
  readonly name: string
  readonly port: number
  readonly path: string
  readonly host: string
  /** What a token must be for. */
  readonly audience: string
  /** Whether it claims to check tokens and tools. */
  readonly checks: boolean
  readonly era?: Job['era']
  /** Whom a token must be for, where it matters. */
  readonly subject?: string
  /** Before the names of the target's tools. */
  readonly toolPrefix?: string
  /** Of the requests, for somebody who is slow. */
  readonly share?: number
}

export const BARE = 'bare undici 8'
/** What the proxies that check tokens want; the target's own name is as good as any. */
const AUDIENCE = 'http://bench.example/mcp'

export function direct({ upstream }: BenchWorld): Contestant {
  const port = Number(new URL(upstream.origin).port)
  return { name: 'direct', port, path: '/mcp', host: 'bench', audience: AUDIENCE, checks: false }
}

export async function bareProxy(world: BenchWorld): Promise<Contestant> {
  const environment = { BENCH_UPSTREAM: world.upstream.origin }
  const child = world.child('bare-proxy-process.ts', GATEWAY_CORE, environment)
  const { port } = (await message(child)) as { readonly port: number }
  return { name: BARE, port, path: '/mcp', host: 'bench', audience: AUDIENCE, checks: false }
}

/** `undefined` where it is not installed, and a line says so. */
export async function haproxy(world: BenchWorld): Promise<Contestant | undefined> {
  if (!PLACES.some((place) => existsSync(`${place}/haproxy`))) return missing('haproxy')
  const port = await freePort()
  const { origin } = world.upstream
  const publicKeyPem = world.key.publicPem
  const settings = { port, upstream: origin, publicKeyPem, issuer: origin, audience: AUDIENCE }
  const process = startHaproxy(settings)
  world.keep(process)
  execFileSync('taskset', ['-acp', GATEWAY_CORE, String(process.pid)], { stdio: 'ignore' })
  await listening(port)
  return { name: 'haproxy', port, path: '/mcp', host: 'bench', audience: AUDIENCE, checks: true }
}

/** `undefined` where there is no Go, and a line says so. */
export async function goProxy(world: BenchWorld): Promise<Contestant | undefined> {
  const port = await freePort()
  const { origin } = world.upstream
  const process = startGoProxy({ port, upstream: origin, issuer: origin, audience: AUDIENCE })
  if (process === undefined) return missing('go')
  world.keep(process)
  await listening(port)
  const name = 'go ReverseProxy, token cache'
  return { name, port, path: '/mcp', host: 'bench', audience: AUDIENCE, checks: true }
}

export function sallyport(name: string, gateway: RunningGateway, target = 'bench'): Contestant {
  const { port, host, resource } = gateway
  const audience = resource(target)
  return { name, port, path: `/mcp/${target}`, host, audience, checks: true }
}

/** Where a job goes, with new arguments in every call. */
export function jobAt(
  contestant: Contestant,
): Pick<Job, 'port' | 'path' | 'hostHeader' | 'era' | 'tool' | 'vary'> {
  const { port, path, host, era, toolPrefix = '' } = contestant
  return { port, path, hostHeader: host, era, tool: `${toolPrefix}lookup`, vary: true }
}

/** Those that are installed, each seen to make the checks that it claims. */
export async function takingPart(
  world: Pick<BenchWorld, 'run' | 'tokens'>,
  candidates: readonly (Contestant | undefined)[],
): Promise<readonly Contestant[]> {
  const contestants = candidates.filter((one) => one !== undefined)
  await assertChecks(world, contestants)
  return contestants
}

/** Throws where one lets pass what it claims to stop, or stops what it should let pass. */
export async function assertChecks(
  { run, tokens }: Pick<BenchWorld, 'run' | 'tokens'>,
  contestants: readonly Contestant[],
): Promise<void> {
  for (const contestant of contestants) {
    const { name, audience, subject, checks, toolPrefix = '' } = contestant
    const [good = ''] = tokens(audience, 1, subject)
    const once = { ...jobAt(contestant), connections: 1, requests: 1 }
    const asked = await run({ ...once, tokens: [good] })
    if (asked.errors > 0) throw new Error(`${name} does not answer: ${asked.firstError}`)
    if (!checks) continue
    const broken = `${good.slice(0, -8)}${good.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA'}`
    const [foreign = ''] = tokens(`${audience}/other`, 1, subject)
    for (const [what, bad] of [
      ['a bad token', 'bad.token.here'],
      ['a broken signature', broken],
      ['a token for another resource', foreign],
    ] as const) {
      const { errors } = await run({ ...once, tokens: [bad] })
      if (errors === 0) throw new Error(`${name} lets ${what} pass`)
    }
    const { errors } = await run({ ...once, tokens: [good], tool: `${toolPrefix}forbidden` })
    if (errors === 0) throw new Error(`${name} lets a forbidden tool pass`)
  }
}

const PLACES = ['/usr/sbin', '/usr/local/sbin', '/usr/bin']

function missing(command: string): undefined {
  process.stdout.write(`${command} is not installed: its row is missing\n`)
  return undefined
}
