// F-18: the issuer rotates its key. Acme's own identity provider signs with a new key; the first token with it is
// presented, once in quiet times and once right after a fetch, when the cool-down has just begun.
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import {
  startIdentityProvider,
  type IdentityProvider,
} from '@sallyport/sample/identity-provider/identity-provider.ts'
import type { RawAnswer } from '../support/raw.ts'
import { createMovedTime, type MovedTime } from './moved-time.ts'
import { inProcessWorld, type ProcessWorld } from './process-world.ts'
import type { Finding, PromiseScript } from './promise.ts'

const COOLDOWN_SECONDS = 30
const QUIET_MS = 1000

export const promise: PromiseScript = {
  id: 'F-18',
  title: 'the issuer rotates its key',
  run: async ({ short }) => {
    const provider = await startIdentityProvider({ resources: [], controls: true })
    const settings = `{ issuer: "${provider.issuer}", profile: rfc9068, tags: { groups: groups }, tenant: tenant, allowInsecureIssuer: true }`
    try {
      return await inProcessWorld({ moreIssuers: [settings] }, (world) =>
        rotate(world, provider, short),
      )
    } finally {
      await provider.stop()
    }
  },
}

async function rotate(
  world: ProcessWorld,
  provider: IdentityProvider,
  short: boolean,
): Promise<readonly Finding[]> {
  const time = createMovedTime(join(world.folder, 'time'))
  await world.start({ env: time.env })
  const call = () => callNow(world, provider, time)
  if ((await call()).status !== 200) throw new Error('the first call failed')

  const quiet: number[] = []
  let refused = 0
  for (let rotation = 1; rotation <= (short ? 3 : 30); rotation++) {
    time.set(rotation * (COOLDOWN_SECONDS + 1))
    await provider.controls?.rotateKey({ keepOld: rotation % 2 === 0 })
    const startedMs = performance.now()
    if ((await call()).status !== 200) refused += 1
    quiet.push(performance.now() - startedMs)
  }

  // The fetch of the last rotation has just begun the cool-down.
  await provider.controls?.rotateKey()
  const early = await call()
  const waited = short ? await jump(time, COOLDOWN_SECONDS) : await waitReally(call)
  const late = await call()
  const slowest = Math.max(...quiet)
  return [
    {
      what: 'first token with the new key',
      seen: `${refused} of ${quiet.length} refused, at most ${slowest.toFixed(0)} ms`,
      promised: `accepted within ${QUIET_MS} ms`,
      kept: refused === 0 && slowest <= QUIET_MS,
    },
    {
      what: 'rotated again within the cool-down',
      seen: `${early.status} for ${waited.toFixed(1)} s, then ${late.status}`,
      promised: `accepted within ${COOLDOWN_SECONDS} s`,
      kept: early.status === 401 && late.status === 200 && waited <= COOLDOWN_SECONDS,
    },
  ]
}

async function jump(time: MovedTime, seconds: number): Promise<number> {
  time.set(time.nowSeconds() - Date.now() / 1000 + seconds)
  return await Promise.resolve(seconds)
}

/** Asks again and again; resolves with how long it was refused, in seconds. */
async function waitReally(call: () => Promise<RawAnswer>): Promise<number> {
  const startedMs = performance.now()
  let refusedMs = startedMs
  for (;;) {
    const askedMs = performance.now()
    if ((await call()).status === 200) return (refusedMs - startedMs) / 1000
    refusedMs = askedMs
    await wait(100)
  }
}

function callNow(
  world: ProcessWorld,
  provider: IdentityProvider,
  time: MovedTime,
): Promise<RawAnswer> {
  const now = Math.floor(time.nowSeconds())
  const token = provider.controls?.mintToken({
    iss: provider.issuer,
    sub: 'alice',
    aud: world.resource('records'),
    client_id: 'acme-agent',
    jti: `${performance.now()}`,
    tenant: 'acme',
    groups: ['settlement-analysts'],
    iat: now,
    exp: now + 600,
  })
  const params = { name: 'echo', arguments: {} }
  return world.call({ method: 'tools/call', params, token: token ?? '' })
}
