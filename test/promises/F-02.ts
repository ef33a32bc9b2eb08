// F-02: the issuer's keys cannot be fetched, the key of the token is known. Time is moved minute by minute through an
// hour of outage with fresh tokens in each, then past the stale window, then the issuer comes back.
import { join } from 'node:path'
import { codeOf } from '../support/present.ts'
import type { RawAnswer } from '../support/raw.ts'
import { createMovedTime, type MovedTime } from './moved-time.ts'
import { metric } from './operations.ts'
import { inProcessWorld, type ProcessWorld } from './process-world.ts'
import type { Finding, PromiseScript } from './promise.ts'

const OUTAGE_SECONDS = 3600
/** Fresh for ten minutes, stale for an hour: this much after the last fetch the keys are gone. */
const GONE_SECONDS = 4200
/** Not asked more often than this. */
const COOLDOWN_SECONDS = 30

export const promise: PromiseScript = {
  id: 'F-02',
  title: 'the issuer’s keys cannot be fetched, the token’s key is known',
  run: ({ short }) =>
    inProcessWorld({}, async (world) => {
      const time = createMovedTime(join(world.folder, 'time'))
      const gateway = await world.start({ env: time.env })
      const call = () => callNow(world, time)
      if ((await call()).status !== 200) throw new Error('the first call failed')

      world.issuer.answerKeys((response) => void response.socket?.destroy())
      const during: RawAnswer[] = []
      const step = short ? 300 : 60
      for (let second = step; second <= OUTAGE_SECONDS; second += step) {
        time.set(second)
        during.push(...(await Promise.all(Array.from({ length: short ? 3 : 10 }, call))))
      }
      const stale = await metric(gateway.operationsPort, 'sallyport_issuer_keys_stale')
      const flagged = world
        .audit()
        .filter(({ kind, who }) => kind === 'intent' && (who as Who | undefined)?.keysStale).length

      const after: RawAnswer[] = []
      for (const second of [GONE_SECONDS + 60, GONE_SECONDS + 600, GONE_SECONDS + 86_400]) {
        time.set(second)
        after.push(await call(), await call())
      }
      world.issuer.answerKeys(undefined)
      time.set(GONE_SECONDS + 86_400 + COOLDOWN_SECONDS + 1)
      const back = await call()
      return findings(world, { during, stale, flagged, after, back })
    }),
}

type Who = { readonly keysStale?: true }

type Seen = {
  readonly during: readonly RawAnswer[]
  readonly stale: number | undefined
  readonly flagged: number
  readonly after: readonly RawAnswer[]
  readonly back: RawAnswer
}

function findings(
  { issuer }: ProcessWorld,
  { during, stale, flagged, after, back }: Seen,
): readonly Finding[] {
  const failed = during.filter(({ status }) => status !== 200).length
  const named = after.filter(
    (answer) =>
      answer.status === 503 &&
      codeOf(answer) === 'identify.keys_unavailable' &&
      answer.body.includes(issuer.issuer) &&
      answer.header('retry-after') !== undefined,
  ).length
  const statuses = [...new Set(after.map(({ status }) => status))].join(', ')
  return [
    {
      what: '60 min outage, known key',
      seen: `${failed} of ${during.length} calls failed`,
      promised: '0 failures',
      kept: failed === 0 && during.length > 0,
    },
    {
      what: 'stale keys show',
      seen: `metric ${stale}, ${flagged} records flagged`,
      promised: 'a metric and a flag in the audit log',
      kept: stale === 1 && flagged > 0,
    },
    {
      what: 'after the stale window',
      seen: `status ${statuses}; ${named} of ${after.length} name the issuer`,
      promised: '503 naming the issuer, never 401',
      kept: named === after.length,
    },
    {
      what: 'the issuer comes back',
      seen: `status ${back.status}`,
      promised: 'accepted after the cool-down',
      kept: back.status === 200,
    },
  ]
}

/** With a token that was issued this moment, by the clock of the gateway. */
function callNow(world: ProcessWorld, time: MovedTime): Promise<RawAnswer> {
  const now = Math.floor(time.nowSeconds())
  const token = world.token({ claims: { iat: now, exp: now + 600 } })
  const params = { name: 'echo', arguments: { second: now } }
  return world.call({ method: 'tools/call', params, token })
}
