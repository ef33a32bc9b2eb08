// Starts the gateway for a benchmark as users start it: `sallyport serve` with a configuration file. Everything is on;
// the policy permits the one tool to the benchmark's person and reads no argument.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const COMMAND = fileURLToPath(new URL('../../cli/src/sallyport.js', import.meta.url))

export type BenchGateway = {
  readonly process: ChildProcess
  readonly port: number
  /** From spawn to ready. */
  readonly readyMs: number
  readonly idleRssMiB: number
}

export async function startGateway(options: {
  readonly origin: string
  readonly core: string
  readonly durability: 'synced' | 'written'
  /** The person may call whatever the target offers, not the one tool. */
  readonly everyTool?: true
}): Promise<BenchGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const port = await freePort()
  const operations = await freePort()
  mkdirSync(join(folder, 'policies'))
  const action = options.everyTool ? 'action' : ONE_TOOL
  writeFileSync(join(folder, 'policies/bench.cedar'), policy(action))
  writeFileSync(join(folder, 'sallyport.yaml'), configuration(options, port, operations))
  const from = performance.now()
  const started = spawn(
    'taskset',
    [
      '-c',
      options.core,
      process.execPath,
      COMMAND,
      'serve',
      '--config',
      join(folder, 'sallyport.yaml'),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  await ready(operations, started)
  const readyMs = performance.now() - from
  await new Promise((resolve) => setTimeout(resolve, 500))
  const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${started.pid}/status`, 'utf8'))?.[1]
  return { process: started, port, readyMs, idleRssMiB: Number(rss) / 1024 }
}

const ONE_TOOL = 'action == AgentCore::Action::"bench___lookup"'

const policy = (action: string): string => `@id("bench")
permit (
    principal is AgentCore::OAuthUser,
    ${action},
    resource
)
when { principal.hasTag("groups") && principal.getTag("groups") like "*|bench|*" };
`

function configuration(
  { origin, durability }: { readonly origin: string; readonly durability: string },
  port: number,
  operations: number,
): string {
  return `publicUrl: http://127.0.0.1:${port}
listen: { host: 127.0.0.1, port: ${port} }
operations: { host: 127.0.0.1, port: ${operations} }
authorization:
  mode: external
  issuers:
    - issuer: ${origin}
      profile: rfc9068
      tags: { groups: groups }
      allowInsecureIssuer: true
# Asked on every call as everywhere; the load is that of one person, whom the defaults would hold back.
rateLimits: { address: &most { perMinute: 1000000, burst: 1000000 }, client: *most, person: *most, tool: *most, target: *most }
policies: { folder: ./policies }
targets:
  bench:
    kind: mcp
    url: ${origin}/mcp
    allowInsecureTarget: true
    tools:
      lookup: { readOnly: ${durability === 'written'} }
`
}

async function ready(port: number, started: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (started.exitCode !== null)
      throw new Error(`the gateway ended with code ${started.exitCode}`)
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    if (answer?.status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('the gateway did not become ready within 12 s')
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
