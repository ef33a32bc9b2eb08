// Starts the gateway for a benchmark as users start it: `sallyport serve` with a configuration file. Everything is on;
// unless something else is asked for, the policy permits the one tool to the benchmark's people and reads no argument.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.ts'

const COMMAND = fileURLToPath(new URL('../../cli/src/sallyport.js', import.meta.url))
const READY_WITHIN_MS = 120_000
const SETTLED_MS = 500

export type BenchGateway = {
  readonly process: ChildProcess
  readonly port: number
  /** From spawn to ready. */
  readonly readyMs: number
  readonly idleRssMiB: number
}

export type GatewayOptions = {
  readonly issuer: string
  /** By id: where it is, and its era where it is not the modern one. */
  readonly targets: Readonly<Record<string, BenchTarget>>
  /** Not bound to one: `undefined`. */
  readonly core: string | undefined
  readonly durability: 'synced' | 'written'
  /** Instead of the one that permits `lookup`. */
  readonly policies?: string
  /** More lines of the configuration. */
  readonly settings?: string
  /** Loaded first into the process. */
  readonly preload?: URL
  readonly environment?: Readonly<Record<string, string>>
  readonly readyWithinMs?: number
}
export type BenchTarget = { readonly origin: string; readonly era?: 'legacy' }

export async function startGateway(options: GatewayOptions): Promise<BenchGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const port = await freePort()
  const operations = await freePort()
  mkdirSync(join(folder, 'policies'))
  const policies = options.policies ?? permitting(Object.keys(options.targets).map(lookupOf))
  writeFileSync(join(folder, 'policies/bench.cedar'), policies)
  writeFileSync(join(folder, 'sallyport.yaml'), configuration(options, port, operations))
  const bound = options.core === undefined ? [] : ['taskset', '-c', options.core]
  const preload = options.preload === undefined ? [] : ['--import', options.preload.href]
  const serve = [COMMAND, 'serve', '--config', join(folder, 'sallyport.yaml')]
  const [command = '', ...args] = [...bound, process.execPath, ...preload, ...serve]
  const from = performance.now()
  const env = { ...process.env, ...options.environment }
  const started = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  await ready(operations, started, options.readyWithinMs ?? READY_WITHIN_MS)
  const readyMs = performance.now() - from
  await wait(SETTLED_MS)
  return { process: started, port, readyMs, idleRssMiB: residentMiB(started) }
}

function residentMiB({ pid }: ChildProcess): number {
  const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(rss) / 1024
}

const lookupOf = (target: string): string => `action == AgentCore::Action::"${target}___lookup"`

/** One policy for each scope of actions. */
export function permitting(actions: readonly string[]): string {
  return actions.map(permit).join('\n')
}

const permit = (action: string, at: number): string => `@id("bench-${at}")
permit (
    principal is AgentCore::OAuthUser,
    ${action},
    resource
)
when { principal.hasTag("groups") && principal.getTag("groups") like "*|bench|*" };
`

function configuration(options: GatewayOptions, port: number, operations: number): string {
  const { issuer, targets, durability, settings = '' } = options
  return `publicUrl: http://127.0.0.1:${port}
listen: { host: 127.0.0.1, port: ${port} }
operations: { host: 127.0.0.1, port: ${operations} }
authorization:
  mode: external
  issuers:
    - issuer: ${issuer}
      profile: rfc9068
      tags: { groups: groups }
      allowInsecureIssuer: true
# Asked on every call as everywhere; the load is that of one person, whom the defaults would hold back.
rateLimits: { address: &most { perMinute: 1000000, burst: 1000000 }, client: *most, person: *most, tool: *most, target: *most }
# Nor does it stop a load that fills the one core for as long as it is told to.
shedding: { loopDelayMs: 10000 }
policies: { folder: ./policies }
targets:
${Object.entries(targets)
  .map(([id, { origin, era = 'modern' }]) => targetLines(id, origin, era, durability === 'written'))
  .join('')}${settings}
`
}

const targetLines = (
  id: string,
  origin: string,
  era: string,
  readOnly: boolean,
): string => `  ${id}:
    kind: mcp
    url: ${origin}/mcp
    era: ${era}
    allowInsecureTarget: true
    tools:
      lookup: { readOnly: ${readOnly} }
`

async function ready(port: number, started: ChildProcess, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs
  while (performance.now() < until) {
    if (started.exitCode !== null)
      throw new Error(`the gateway ended with code ${started.exitCode}`)
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    if (answer?.status === 200) return
    await wait(20)
  }
  started.kill()
  throw new Error(`the gateway did not become ready within ${withinMs / 1000} s`)
}
