// F-23: the resolver fails. A target known by name is called on a new connection every few seconds; time is moved through
// an outage of a minute and past it. Then the name points to where nobody may connect to.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inFaultWorld, type FaultWorld } from './fault-world.ts'
import { createMovedTime } from './moved-time.ts'
import { NAME } from './names-from-file.ts'
import type { Finding, PromiseScript } from './promise.ts'
import { codeOf } from '../support/present.ts'

const OUTAGE_SECONDS = 60
/** Longer than an idle connection is kept: every call asks for the address. */
const STEP_SECONDS = 6
const METADATA = '169.254.169.254'

export const promise: PromiseScript = {
  id: 'F-23',
  title: 'the resolver fails',
  run: () => inFaultWorld({ name: NAME }, outage),
}

async function outage({ world, proxy }: FaultWorld): Promise<readonly Finding[]> {
  const names = join(world.folder, 'names')
  writeFileSync(names, '127.0.0.1')
  const preload = new URL('names-from-file.ts', import.meta.url)
  preload.searchParams.set('file', names)
  const time = createMovedTime(join(world.folder, 'time'))
  await world.start({ preload, env: time.env })
  const call = async () => {
    const now = Math.floor(time.nowSeconds())
    const answer = await world.call({
      method: 'tools/call',
      params: { name: 'echo', arguments: {} },
      path: '/mcp/flaky',
      token: world.token({
        resource: world.resource('flaky'),
        claims: { iat: now, exp: now + 600 },
      }),
    })
    return { code: codeOf(answer), body: answer.body }
  }
  /** On a connection of its own: the one before has been idle for too long. */
  const later = async (seconds: number) => {
    time.set(seconds)
    proxy.resetAll()
    return await call()
  }
  let at = STEP_SECONDS
  if ((await call()).code !== undefined || (await later(at)).code !== undefined) {
    throw new Error('the first calls failed')
  }
  const before = proxy.connections()
  const brokeAt = at
  writeFileSync(names, 'fails')
  let failed = 0
  let made = 0
  for (; at + STEP_SECONDS <= brokeAt + OUTAGE_SECONDS; made += 1) {
    at += STEP_SECONDS
    if ((await later(at)).code !== undefined) failed += 1
  }
  const connections = proxy.connections() - before
  // The outage shows at the first look-up in it.
  const past = await later(brokeAt + OUTAGE_SECONDS + 2 * STEP_SECONDS)
  writeFileSync(names, METADATA)
  const blocked = await later(brokeAt + OUTAGE_SECONDS + 3 * STEP_SECONDS)
  writeFileSync(names, '127.0.0.1')
  const back = await later(brokeAt + OUTAGE_SECONDS + 4 * STEP_SECONDS)
  return [
    {
      what: `${made} calls on ${connections} new connections in ${OUTAGE_SECONDS} s without a resolver`,
      seen: `${failed} failed`,
      promised: '0',
      kept: failed === 0 && connections >= made,
    },
    {
      what: 'after them',
      seen: past.code ?? 'served',
      promised: 'call.target_unavailable: an address is not kept for ever',
      kept: past.code === 'call.target_unavailable',
    },
    {
      what: 'the name points at a forbidden address',
      seen: blocked.code ?? 'served',
      promised: 'call.target_unavailable: every answer is judged',
      kept: blocked.code === 'call.target_unavailable',
    },
    {
      what: 'the resolver comes back',
      seen: back.code ?? 'served',
      promised: 'served',
      kept: back.code === undefined,
    },
  ]
}
