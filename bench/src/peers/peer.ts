// A gateway that somebody else wrote: how it is installed into its folder, and how it is started on the contestant's core
// as its authors advise, with the issuer's keys and a rule that permits the one tool.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Contestant } from '../contestants.ts'
import { GATEWAY_CORE } from '../crew.ts'
import { freePort } from '../free-port.ts'
import type { BenchWorld } from '../world.ts'

export type Peer = {
  readonly name: string
  readonly version: string
  /** How it does the job, for the report. */
  readonly manner: string
  /** Commands that fill its folder, in order; throws where a prerequisite is missing. */
  readonly steps: (folder: string) => readonly Step[]
  readonly limitMs: number
  readonly start: (world: BenchWorld, folder: string) => Promise<Contestant>
}

export type Step = {
  readonly command: string
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

export const MINUTE_MS = 60_000
/** What its tokens are for. */
export const AUDIENCE = 'http://bench.example/mcp'

/** On the contestant's core; what it says goes to standard error only where it is asked for. */
export function startBound(
  world: BenchWorld,
  command: string,
  args: readonly string[],
  options: { readonly environment?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): ChildProcess {
  const told = process.env['BENCH_PEERS_TALK'] === '1' ? 'inherit' : 'ignore'
  const child = spawn('taskset', ['-c', GATEWAY_CORE, command, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', told, told],
  })
  world.keep(child)
  return child
}

/** A gateway of bench/peers/, told where to listen, whom to call and whom its tokens are for. */
export async function startOurs(
  world: BenchWorld,
  command: string,
  args: readonly string[],
  cwd?: string,
): Promise<number> {
  const port = await freePort()
  const environment = {
    BENCH_PORT: String(port),
    BENCH_UPSTREAM: world.upstream.origin,
    BENCH_AUDIENCE: AUDIENCE,
  }
  startBound(world, command, args, { environment, ...(cwd === undefined ? {} : { cwd }) })
  return port
}

/** It checks tokens and tools, and knows itself by its own address. */
export function contestantAt(
  { name }: Pick<Peer, 'name'>,
  port: number,
  more: Partial<Contestant>,
): Contestant {
  const host = `127.0.0.1:${port}`
  return { name, port, path: '/mcp', host, audience: AUDIENCE, checks: true, ...more }
}

/** An interpreter of this version, of the system or of pyenv. */
function python(version: string): string {
  const places = [
    `/usr/bin/python${version}`,
    `/usr/local/bin/python${version}`,
    ...globSync(join(homedir(), `.pyenv/versions/${version}.*/bin/python3`)),
  ]
  return found(places, `Python ${version}`)
}

export function found(places: readonly string[], what: string): string {
  const place = places.find((one) => existsSync(one))
  if (place === undefined) throw new Error(`${what} is not installed`)
  return place
}

/** Steps for a virtual environment with these packages. */
export function pythonSteps(
  folder: string,
  version: string,
  packages: readonly string[],
): readonly Step[] {
  const pip = ['install', '--quiet', '--disable-pip-version-check', ...packages]
  return [
    { command: python(version), args: ['-m', 'venv', folder] },
    { command: join(folder, 'bin/pip'), args: pip },
  ]
}
