// F-26: time jumps, and the process sleeps. The wall clock of a running gateway is moved by an hour in both directions
// while the monotonic one goes on; then the process is stopped for a while and goes on. Nothing that has a lifetime may
// be lost for it: keys, verified tokens, approvals of tools, connections, breakers.
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { codeOf } from '../support/present.ts'
import { isGood, keptAlive, type Ended } from './kept-alive.ts'
import { createMovedTime } from './moved-time.ts'
import { metric } from './operations.ts'
import { inProcessWorld, type ProcessWorld } from './process-world.ts'
import type { Finding, PromiseScript } from './promise.ts'
import type { GatewayProcess } from './start-process.ts'

const HOUR = 3_600
const PEOPLE = 20
const CALLERS = 4

export const promise: PromiseScript = {
  id: 'F-26',
  title: 'time jumps, and the process sleeps',
  run: async ({ short }) => {
    const jumped = await inProcessWorld({}, jump)
    const slept = await inProcessWorld({}, (world) => sleep(world, short ? 5_000 : 75_000))
    return [...jumped, ...slept]
  },
}

async function jump(world: ProcessWorld): Promise<readonly Finding[]> {
  const time = createMovedTime(join(world.folder, 'time'))
  const gateway = await world.start({ env: { ...time.env, FAKETIME_DONT_FAKE_MONOTONIC: '1' } })
  const now = Math.floor(Date.now() / 1000)
  // Good for twelve hours around now: what is asked is not how old a token may be. New ones each time, so that keys
  // are looked for.
  const tokens = () =>
    Array.from({ length: PEOPLE }, (_, n) =>
      world.token({ claims: { sub: `person-${n}`, iat: now - 6 * HOUR, exp: now + 6 * HOUR } }),
    )
  const params = { name: 'echo', arguments: {} }
  const everybody = async (): Promise<readonly string[]> => {
    const answers = await Promise.all(
      tokens().map((token) => world.call({ method: 'tools/call', params, token })),
    )
    return answers.flatMap((answer) => codeOf(answer) ?? (answer.status === 200 ? [] : ['?']))
  }
  if ((await everybody()).length > 0) throw new Error('the first calls failed')
  const fetched = world.issuer.keyFetches()
  const findings: Finding[] = []
  for (const hours of [1, -1, 0]) {
    time.set(hours * HOUR)
    await wait(1_500)
    const failed = [...(await everybody()), ...(await everybody())]
    findings.push({
      what: `the wall clock ${hours === 0 ? 'set right again' : `${hours > 0 ? '+' : ''}${hours} h`}`,
      seen: `${failed.length} of ${2 * PEOPLE} calls failed ${[...new Set(failed)].join()}; breaker of the target ${await metric(gateway.operationsPort, 'sallyport_breaker_open')}`,
      promised: '0, 0',
      kept:
        failed.length === 0 &&
        (await metric(gateway.operationsPort, 'sallyport_breaker_open')) === 0,
    })
  }
  const again = world.issuer.keyFetches() - fetched
  findings.push({
    what: 'keys of the issuer meanwhile',
    seen: `fetched ${again} times`,
    promised: '0: they are as old as they are',
    kept: again === 0,
  })
  return findings
}

async function sleep(world: ProcessWorld, forMs: number): Promise<readonly Finding[]> {
  const gateway = await world.start()
  const { call, close } = keptAlive(world)
  const ended: Ended[] = []
  const ending = new AbortController()
  const caller = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      ended.push(await call())
      await wait(20)
    }
  }
  const callers = Array.from({ length: CALLERS }, caller)
  await wait(1_000)
  gateway.signal('SIGSTOP')
  await wait(forMs)
  gateway.signal('SIGCONT')
  const wokenMs = performance.now()
  await wait(3_000)
  ending.abort()
  await Promise.all(callers)
  close()
  return [woken(gateway, ended, forMs, wokenMs)]
}

function woken(
  { printed }: GatewayProcess,
  ended: readonly Ended[],
  forMs: number,
  wokenMs: number,
): Finding {
  const failed = ended.filter((one) => !isGood(one))
  const after = ended.filter(({ startedMs }) => startedMs > wokenMs).length
  return {
    what: `stopped for ${forMs / 1000} s in the middle of ${ended.length} calls`,
    seen: `${failed.length} failed ${[...new Set(failed.map(({ code, status }) => code ?? `${status}`))].join()}; ${after} were made afterwards${printed().includes('fatal') ? '; it died' : ''}`,
    promised: '0 failed',
    kept: failed.length === 0 && after > 0 && !printed().includes('fatal'),
  }
}
