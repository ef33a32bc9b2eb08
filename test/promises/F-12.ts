// F-12: clocks differ. A gateway whose clock is moved with faketime: tokens at the edges of the leeway, and what the
// gateway says of its clock beside the issuer's, at its start and an hour later.
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { codeOf } from '../support/present.ts'
import { createMovedTime, type MovedTime } from './moved-time.ts'
import { readiness } from './operations.ts'
import { inProcessWorld, type ProcessWorld } from './process-world.ts'
import type { Finding, PromiseScript } from './promise.ts'
import type { GatewayProcess } from './start-process.ts'

/** The gateway looks at its own state once a second. */
const LOOK_MS = 1500
const HOUR_SECONDS = 3600

export const promise: PromiseScript = {
  id: 'F-12',
  title: 'clocks differ',
  run: ({ short }) =>
    inProcessWorld({}, async (world) => {
      const findings: Finding[] = []
      // Monotonic time never goes back, so from behind to ahead.
      const edges = short ? [-61, -59, 59, 61] : [-120, -61, -59, -30, 0, 30, 59, 61, 120]
      const time = createMovedTime(join(world.folder, 'time'), edges[0])
      const gateway = await world.start({ env: time.env })
      for (const ahead of edges) findings.push(await atTheEdge(world, time, ahead))
      for (const [hour, ahead] of (short ? [0, 20, 90] : [0, 20, -30, 90]).entries()) {
        time.set((hour + 1) * (HOUR_SECONDS + 1))
        world.issuer.answerKeys((response) => answerAt(world, response, time.nowSeconds() - ahead))
        // What is fetched at the hour is seen at the next look, and the other way round.
        await wait(LOOK_MS)
        findings.push(await inHealth(gateway, 'after an hour', ahead))
      }
      await gateway.kill()
      world.issuer.answerKeys(undefined)
      for (const ahead of short ? [] : [0, 20, -20, 90, -90]) {
        const { env } = createMovedTime(join(world.folder, 'time'), ahead)
        const started = await world.start({ env })
        await wait(LOOK_MS)
        findings.push(await inHealth(started, 'at start', ahead))
        await started.kill()
      }
      return findings
    }),
}

/** Ahead: a token that expires at this moment by the issuer's clock; behind: one that was issued at this moment. */
async function atTheEdge(world: ProcessWorld, time: MovedTime, ahead: number): Promise<Finding> {
  time.set(ahead)
  // Early in a second: token times are whole seconds.
  await wait(1010 - (Date.now() % 1000))
  const now = Math.floor(Date.now() / 1000)
  const claims = ahead > 0 ? { iat: now - 600, exp: now } : { iat: now, exp: now + 600 }
  const params = { name: 'echo', arguments: {} }
  const answer = await world.call({ method: 'tools/call', params, token: world.token({ claims }) })
  const accepted = Math.abs(ahead) < 60
  const refusal = ahead > 0 ? 'identify.token_expired' : 'identify.token_not_yet_valid'
  return {
    what: `the gateway’s clock ${signed(ahead)} s`,
    seen: answer.status === 200 ? 'accepted' : `${answer.status} ${codeOf(answer)}`,
    promised: accepted ? 'accepted' : `401 ${refusal}`,
    kept: accepted ? answer.status === 200 : answer.status === 401 && codeOf(answer) === refusal,
  }
}

/** Keys with the `Date` of a clock that differs. */
function answerAt({ issuer }: ProcessWorld, response: ServerResponse, seconds: number): void {
  const headers = {
    'content-type': 'application/json',
    date: new Date(seconds * 1000).toUTCString(),
  }
  const { kid, alg, publicKey } = issuer.key
  const key = { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }
  response.writeHead(200, headers).end(JSON.stringify({ keys: [key] }))
}

async function inHealth(gateway: GatewayProcess, when: string, ahead: number): Promise<Finding> {
  const state = Math.abs(ahead) > 60 ? 'down' : Math.abs(ahead) > 5 ? 'degraded' : 'up'
  const status = state === 'down' ? 503 : 200
  const seen = await readiness(gateway.operationsPort)
  const clock = seen.checks.find(({ name }) => name === 'clock')
  const warned = gateway.printed().includes(`gateway differ by ${Math.abs(ahead)} s`)
  return {
    what: `health ${when} with the clock ${signed(ahead)} s`,
    seen: `${seen.status}, clock ${clock?.state}${warned ? ', warned' : ''}`,
    promised: `${status}, clock ${state}${state === 'up' ? '' : ', warned'}`,
    kept: seen.status === status && clock?.state === state && warned === (state !== 'up'),
  }
}

function signed(seconds: number): string {
  return seconds > 0 ? `+${seconds}` : `${seconds}`
}
