// F-16: rolling restarts under load. Each new process takes over the port while the old one drains; clients keep their
// connections, once directly and once through haproxy. Streams that were open when the restart began end with their
// result.
import { spawn, type ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { modernRequest } from '@sallyport/sample/modern-request.ts'
import { freePort } from '../../bench/src/free-port.ts'
import { callsIn } from './audit-log.ts'
import { isGood, keptAlive, type Ended } from './kept-alive.ts'
import { inProcessWorld, type ProcessWorld } from './process-world.ts'
import type { Finding, PromiseScript } from './promise.ts'

const CALLERS = 8
const STREAMS = 10
const EVENTS = 300
const EVENT_MS = 20

export const promise: PromiseScript = {
  id: 'F-16',
  title: 'a rolling restart with streams',
  run: ({ short }) =>
    inProcessWorld({}, async (world) => {
      const restarts = short ? 2 : 10
      const port = await freePort()
      const proxy = await startHaproxy(world, port)
      try {
        const through = await restartUnderLoad(world, 'through haproxy', port, restarts)
        const direct = await restartUnderLoad(world, 'directly', world.port, restarts)
        return [...through, ...direct, await recorded(world)]
      } finally {
        proxy.kill('SIGKILL')
      }
    }),
}

async function restartUnderLoad(
  world: ProcessWorld,
  how: string,
  port: number,
  restarts: number,
): Promise<readonly Finding[]> {
  let running = await world.start()
  const { call, close } = keptAlive(world, 'records', { port })
  const ended: Ended[] = []
  const ending = new AbortController()
  const caller = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      ended.push(await call())
      await wait(5)
    }
  }
  const callers = Array.from({ length: CALLERS }, caller)
  let whole = 0
  let slowest = 0
  for (let restart = 0; restart < restarts; restart += 1) {
    world.target.behave({ betweenEventsMs: EVENT_MS })
    const streams = Array.from({ length: STREAMS }, () => stream(world, port))
    await wait(500)
    const startedMs = performance.now()
    const next = await world.start({ takeOver: true })
    slowest = Math.max(slowest, performance.now() - startedMs)
    whole += (await Promise.all(streams)).filter(Boolean).length
    await running.ended
    running = next
  }
  ending.abort()
  await Promise.all(callers)
  close()
  running.signal('SIGTERM')
  await running.ended
  const failed = ended.filter((one) => !isGood(one))
  return [
    {
      what: `${restarts} restarts, ${ended.length} calls ${how}`,
      seen: `${failed.length} failed${[...new Set(failed.map(({ status, code }) => ` ${status ?? 'no answer'} ${code ?? ''}`))].join()}; the next process served after ${(slowest / 1000).toFixed(1)} s at most`,
      promised: '0',
      kept: failed.length === 0 && ended.length > restarts * 10,
    },
    {
      what: `streams that were open, ${how}`,
      seen: `${whole} of ${restarts * STREAMS} ended with their result`,
      promised: 'all, for they last less than a drain',
      kept: whole === restarts * STREAMS,
    },
  ]
}

/** A call that streams for longer than a restart takes; whether its result came. */
async function stream(world: ProcessWorld, port: number): Promise<boolean> {
  const params = { name: 'stream_records', arguments: { count: EVENTS } }
  const { headers, body } = modernRequest({
    method: 'tools/call',
    params,
    token: world.token(),
    progressToken: 'p',
  })
  try {
    const response = await fetch(`http://127.0.0.1:${port}/mcp/records`, {
      method: 'POST',
      headers: { ...headers, 'x-forwarded-host': 'ignored' },
      body,
    })
    const text = await response.text()
    return text.includes('"structuredContent"')
  } catch {
    return false
  }
}

async function recorded({ auditFolder }: ProcessWorld): Promise<Finding> {
  await wait(100)
  const { intents, outcomes } = callsIn(auditFolder)
  const open = intents.filter(({ key }) => outcomes.get(key)?.length !== 1)
  return {
    what: 'every call of all processes in the log',
    seen: `${open.length} of ${intents.length} intents without exactly one outcome`,
    promised: '0',
    kept: open.length === 0 && intents.length > 0,
  }
}

/** As its manual advises for servers that drain: connections reused, a failed connect tried again. */
async function startHaproxy(
  { folder, port: gateway }: ProcessWorld,
  port: number,
): Promise<ChildProcess> {
  const file = join(folder, 'haproxy.cfg')
  writeFileSync(
    file,
    `global
  maxconn 500
defaults
  mode http
  timeout connect 3s
  timeout client 120s
  timeout server 120s
  retries 3
  option redispatch
frontend clients
  bind 127.0.0.1:${port}
  http-request set-header Host 127.0.0.1:${gateway}
  default_backend gateway
backend gateway
  http-reuse always
  server one 127.0.0.1:${gateway}
`,
  )
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (piece: Buffer) => (said += piece.toString()))
  await wait(500)
  if (child.exitCode !== null) throw new Error(`haproxy does not run: ${said}`)
  return child
}
