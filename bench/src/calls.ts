// Calls through the gateway and beside it: one run, every contestant in rotated order, at least three passes. The
// contestant has one core, target and load have the other. A run with any error or wrong answer is void.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { cpus } from 'node:os'
import { createCrew, GATEWAY_CORE, LOAD_CORE, message } from './crew.ts'
import { startGateway } from './gateway.ts'
import { startHaproxy } from './haproxy.ts'
import type { Figures, Job } from './load-process.ts'
import { measureFdatasync } from './plain-fdatasync.ts'
import type { CallsRun, Measured } from './report.ts'
import { createBenchKey, mintTokens } from './tokens.ts'

/** A fresh token costs a signature before the run, so that column is shorter. */
const NEW_TOKEN_SHARE = 0.2
const PUBLIC_URL = 'http://127.0.0.1'

export async function measureCalls(
  totalRequests: number,
  passes: number,
  besideFile: string,
): Promise<Omit<CallsRun, 'commit'>> {
  const { child, keep, end } = createCrew()
  const key = createBenchKey()
  const measured: Measured[] = []
  try {
    const upstream = child('upstream-process.ts', LOAD_CORE, { BENCH_PUBLIC_KEY: key.publicPem })
    const { origin } = (await message(upstream)) as { origin: string }
    const bare = child('bare-proxy-process.ts', GATEWAY_CORE, { BENCH_UPSTREAM: origin })
    const { port: barePort } = (await message(bare)) as { port: number }
    const synced = await startGateway({ origin, core: GATEWAY_CORE, durability: 'synced' })
    const written = await startGateway({ origin, core: GATEWAY_CORE, durability: 'written' })
    keep(synced.process, written.process)
    const resource = `${PUBLIC_URL}:${written.port}/mcp/bench`
    const syncedResource = `${PUBLIC_URL}:${synced.port}/mcp/bench`
    const contestants: Contestant[] = [
      { name: 'direct', port: Number(new URL(origin).port), path: '/mcp', host: 'bench' },
      { name: 'bare undici 8', port: barePort, path: '/mcp', host: 'bench' },
      {
        name: 'sallyport synced (default)',
        port: synced.port,
        path: '/mcp/bench',
        host: `127.0.0.1:${synced.port}`,
      },
      {
        name: 'sallyport written',
        port: written.port,
        path: '/mcp/bench',
        host: `127.0.0.1:${written.port}`,
      },
    ]
    if (haproxyIsThere()) {
      const port = synced.port + 1 === written.port ? written.port + 1 : synced.port + 1
      const settings = {
        port,
        upstream: origin,
        publicKeyPem: key.publicPem,
        issuer: origin,
        audience: resource,
      }
      const haproxy = startHaproxy(settings)
      keep(haproxy)
      execFileSync('taskset', ['-acp', GATEWAY_CORE, String(haproxy.pid)], { stdio: 'ignore' })
      await listening(port)
      contestants.push({ name: 'haproxy', port, path: '/mcp', host: 'bench' })
    } else {
      process.stdout.write('haproxy is not installed: its row is missing\n')
    }
    const load = child('load-process.ts', LOAD_CORE, {})
    await message(load)
    const tokensFor = (contestant: Contestant, count: number) =>
      mintTokens(key, origin, contestant.name.includes('synced') ? syncedResource : resource, count)
    const constant = new Map(
      contestants.map((contestant) => [contestant, tokensFor(contestant, 1)]),
    )
    const run = async (job: Job): Promise<Figures> => {
      load.send(job)
      return (await message(load)) as Figures
    }
    await refuses(run, contestants)

    const steps = passes * COLUMNS.length * CONNECTIONS.length * contestants.length
    let step = 0
    for (let pass = 0; pass < passes; pass++) {
      for (const column of COLUMNS) {
        for (const connections of CONNECTIONS) {
          const share =
            (column === 'new token' ? NEW_TOKEN_SHARE : 1) * (connections === 1 ? 0.15 : 1)
          const requests = Math.max(200, Math.round(totalRequests * share))
          for (let turn = 0; turn < contestants.length; turn++) {
            const contestant = contestants[(turn + pass) % contestants.length]
            if (!contestant) continue
            const tokens =
              column === 'new token'
                ? tokensFor(contestant, requests)
                : (constant.get(contestant) ?? [])
            const { port, path, host: hostHeader } = contestant
            const job = {
              port,
              path,
              hostHeader,
              connections,
              vary: column !== 'same arguments',
              tokens,
            }
            if (pass === 0)
              await run({
                ...job,
                requests: Math.min(requests, 3000),
                tokens: constant.get(contestant) ?? [],
              })
            const figures = await run({ ...job, requests })
            measured.push({ contestant: contestant.name, column, connections, pass, ...figures })
            progress(++step, steps, contestant.name)
          }
        }
      }
    }
    return {
      machine: cpus()[0]?.model ?? 'unknown',
      passes,
      requests: totalRequests,
      fdatasyncMs: measureFdatasync(besideFile),
      ready: { readyMs: written.readyMs, idleRssMiB: written.idleRssMiB },
      measured,
    }
  } finally {
    end()
  }
}

type Contestant = {
  readonly name: string
  readonly port: number
  readonly path: string
  readonly host: string
}
type Column = 'same arguments' | 'new arguments' | 'new token'
const COLUMNS: readonly Column[] = ['same arguments', 'new arguments', 'new token']
const CONNECTIONS = [32, 1] as const

function haproxyIsThere(): boolean {
  return ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy', '/usr/bin/haproxy'].some((file) =>
    existsSync(file),
  )
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nothing listens on port ${port}`)
}

/** A baseline that claims a check is tested to make it: a broken signature must not get an answer. */
async function refuses(
  run: (job: Job) => Promise<Figures>,
  contestants: readonly Contestant[],
): Promise<void> {
  for (const contestant of contestants) {
    if (contestant.name === 'direct' || contestant.name.startsWith('bare')) continue
    const { port, path, host: hostHeader } = contestant
    const figures = await run({
      port,
      path,
      hostHeader,
      connections: 1,
      requests: 1,
      vary: false,
      tokens: ['bad.token.here'],
    })
    if (figures.errors === 0) throw new Error(`${contestant.name} lets a bad token pass`)
  }
}

function progress(step: number, steps: number, name: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r[${step}/${steps}] ${name.padEnd(30)}`)
  else if (step % 6 === 0) process.stdout.write(`[${step}/${steps}]\n`)
}
