// F-09: a target is slow, silent or half open. Each way of not answering is timed until the call ends: no answer to a
// connection request, none to a request, and packets that vanish in the middle of a stream, which the kernel's probes
// find (in a network namespace of its own).
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startSilentListener } from '../failures/silent-listener.ts'
import { inFaultWorld } from './fault-world.ts'
import { keptAlive, type Ended } from './kept-alive.ts'
import type { ProcessWorld } from './process-world.ts'
import type { Finding, PromiseScript } from './promise.ts'

const CONNECT_MS = 3_000
const FIRST_BYTE_MS = 30_000
const DETECTED_MS = 45_000
/** Timers are coarse, and the machine has other things to do. */
const LATE_MS = 2_000
const CHILD = fileURLToPath(new URL('half-open-process.ts', import.meta.url))

export const promise: PromiseScript = {
  id: 'F-09',
  title: 'a target is slow, or half open',
  run: async ({ short }) => {
    const [half, others] = await Promise.all([halfOpen(), silent(short)])
    return [...others, half]
  },
}

async function silent(short: boolean): Promise<readonly Finding[]> {
  const firstByteMs = short ? FIRST_BYTE_MS / 10 : FIRST_BYTE_MS
  const settings = short ? { flakySettings: `timeouts: { firstByteMs: ${firstByteMs} }` } : {}
  return await inFaultWorld(settings, async ({ world, proxy }) => {
    const gateway = await world.start()
    const { call, close } = keptAlive(world, 'flaky')
    await call()
    proxy.set({ mode: 'half-open' })
    const unanswered = await call()
    await gateway.kill()
    const unconnected = await toSilentListener(world, proxy.port, call)
    close()
    return [
      timed('no answer to a request', unanswered, firstByteMs, 'call.target_timeout'),
      timed('no answer to a connect', unconnected, CONNECT_MS, 'call.target_unavailable'),
    ]
  })
}

/** The same target where nobody answers: what it offers is known from before. */
async function toSilentListener(
  world: ProcessWorld,
  port: number,
  call: () => Promise<Ended>,
): Promise<Ended> {
  const listener = await startSilentListener()
  try {
    const config = readFileSync(world.configFile, 'utf8')
    writeFileSync(world.configFile, config.replace(`:${port}/mcp`, `:${listener.port}/mcp`))
    await world.start()
    return await call()
  } finally {
    listener.close()
  }
}

function timed(what: string, ended: Ended, limitMs: number, code: string): Finding {
  return {
    what,
    seen: `${ended.code ?? ended.status ?? 'nothing'} after ${(ended.tookMs / 1000).toFixed(1)} s`,
    promised: `${code} after ${limitMs / 1000} s`,
    kept: ended.code === code && ended.tookMs >= limitMs && ended.tookMs <= limitMs + LATE_MS,
  }
}

function halfOpen(): Promise<Finding> {
  return new Promise((resolve) => {
    const child = spawn(
      'unshare',
      ['-rn', 'sh', '-c', 'ip link set lo up && exec "$0" "$1"', process.execPath, CHILD],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    let text = ''
    child.stdout.on('data', (piece: Buffer) => (text += piece.toString()))
    child.once('close', () => {
      const last = text.trim().split('\n').at(-1) ?? ''
      const seen = last.startsWith('{')
        ? (JSON.parse(last) as { tookMs: number; class: string })
        : undefined
      resolve({
        what: 'the target vanishes in the middle of a stream',
        seen: seen
          ? `${seen.class} after ${(seen.tookMs / 1000).toFixed(1)} s`
          : `nothing: ${last}`,
        promised: `noticed within ${DETECTED_MS / 1000} s, recorded as unclear`,
        kept: seen !== undefined && seen.tookMs <= DETECTED_MS && seen.class === 'unclear',
      })
    })
  })
}
