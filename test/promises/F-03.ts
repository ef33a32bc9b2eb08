// F-03: the issuer's keys cannot be fetched, the token's key is unknown. A flood of tokens with keys that nobody knows,
// through minutes of moved time, while good tokens go on.
import { join } from 'node:path'
import { createSigningKey, type TestIssuer } from '../support/issuer.ts'
import { codeOf } from '../support/present.ts'
import type { RawAnswer } from '../support/raw.ts'
import { createMovedTime, type MovedTime } from './moved-time.ts'
import { inProcessWorld, type ProcessWorld } from './process-world.ts'
import type { Finding, PromiseScript } from './promise.ts'

const STEP_SECONDS = 5
const FETCHES_PER_MINUTE = 2

export const promise: PromiseScript = {
  id: 'F-03',
  title: 'the issuer’s keys cannot be fetched, the token’s key is unknown',
  run: ({ short }) =>
    inProcessWorld({}, async (world) => {
      const time = createMovedTime(join(world.folder, 'time'))
      await world.start({ env: time.env })
      const known = () => echo(world, time, {})
      if ((await known()).status !== 200) throw new Error('the first call failed')
      // Seconds of the moved time: between two steps of it the real one goes on, and on a slow machine far.
      const fetches: number[] = []
      world.issuer.answerKeys((response) => {
        fetches.push(time.nowSeconds())
        response.writeHead(500).end()
      })

      const unknown: RawAnswer[] = []
      const good: RawAnswer[] = []
      const stranger = createSigningKey('stranger')
      const minutes = short ? 3 : 15
      for (let second = 0; second < minutes * 60; second += STEP_SECONDS) {
        time.set(second)
        const flood = Array.from({ length: short ? 4 : 40 }, (_, n) =>
          echo(world, time, { kid: `kid-${second}-${n}`, key: stranger }),
        )
        unknown.push(...(await Promise.all(flood)))
        good.push(await known())
      }
      return [
        ...answers(unknown, good),
        {
          what: 'fetches of the key set',
          seen: `at most ${busiestMinute(fetches)} in a minute, over ${minutes} min`,
          promised: `≤ ${FETCHES_PER_MINUTE} a minute`,
          kept: busiestMinute(fetches) <= FETCHES_PER_MINUTE && busiestMinute(fetches) > 0,
        },
      ]
    }),
}

function answers(unknown: readonly RawAnswer[], good: readonly RawAnswer[]): readonly Finding[] {
  const refused = unknown.filter(
    (answer) => answer.status === 401 && codeOf(answer) === 'identify.unknown_key',
  ).length
  const served = good.filter(({ status }) => status === 200).length
  return [
    {
      what: 'unknown keys',
      seen: `${refused} of ${unknown.length} answered with 401`,
      promised: '401',
      kept: refused === unknown.length,
    },
    {
      what: 'known keys meanwhile',
      seen: `${served} of ${good.length} calls served`,
      promised: 'never evicted',
      kept: served === good.length,
    },
  ]
}

/** The most fetches in any window of a minute, less a second for the way to the issuer. */
function busiestMinute(fetches: readonly number[]): number {
  const within = (from: number) => fetches.filter((at) => at >= from && at < from + 59).length
  return Math.max(...fetches.map(within))
}

function echo(
  world: ProcessWorld,
  time: MovedTime,
  { kid, key }: { readonly kid?: string; readonly key?: TestIssuer['key'] },
): Promise<RawAnswer> {
  const now = Math.floor(time.nowSeconds())
  const token = world.token({
    claims: { iat: now, exp: now + 600 },
    header: kid === undefined ? {} : { kid },
    ...(key === undefined ? {} : { key }),
  })
  return world.call({ method: 'tools/call', params: { name: 'echo', arguments: {} }, token })
}
