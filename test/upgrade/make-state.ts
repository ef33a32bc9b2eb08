// Writes the state that upgrade.test.ts opens: `node test/upgrade/make-state.ts <folder with sallyport.yaml and policies>`,
// run in a checkout of the commit whose state it is to be, with this folder copied into its test/.
import { setTimeout as wait } from 'node:timers/promises'
import { order } from '../support/operator.ts'
import { CHANGED, startUpgradeWorld, TOOLS } from './world.ts'

const world = await startUpgradeWorld(process.argv[2] ?? '', 0, TOOLS)
const say = (what: string, answer: { status: number; body?: unknown }) =>
  process.stdout.write(`${what}: ${answer.status} ${String(answer.body).slice(0, 200)}\n`)
for (const person of ['alice', 'bob']) say('call', await world.call(person, 'read', { amount: 1 }))
let reference = ''
// The policies know the catalogue a moment after it came.
for (let tries = 0; reference === '' && tries < 20; tries += 1) {
  await wait(300)
  const asked = await world.call('carol', 'write', { amount: 5000 })
  reference = /reference `([0-9a-f]+)`/.exec(asked.body)?.[1] ?? ''
}
const given = { reference, answer: 'given', reason: 'checked' }
const decided = await world.orderAs('dan', '/approvals/decide', given)
process.stdout.write(`decided: ${JSON.stringify(decided)}\n`)
const off = { what: 'tool', name: 'records___switched', reason: 'upgrade' }
process.stdout.write(`disabled: ${JSON.stringify(await world.orderAs('root', '/disable', off))}\n`)
const revoked = await order(world, '/revoke', { user: 'bob', reason: 'upgrade' })
process.stdout.write(`revoked: ${JSON.stringify(revoked)}\n`)
say('bob', await world.call('bob', 'read'))
world.offer(CHANGED)
process.stdout.write(`pins: ${(await order(world, '/pins', { now: true })).status}\n`)
process.stdout.write(`${JSON.stringify(await world.status()).slice(0, 1500)}\n`)
await world.stop()
