// A process with a log of its own that makes calls until somebody kills it. A call at its target is a line in the
// file `calls`, written after the intent and before the outcome. Prints `calling` when the first one was made.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAudit } from '../../src/audit/audit.ts'
import { takeHold } from '../../src/store/sqlite/take-hold.ts'
import { systemClock } from '../../src/system/clock.ts'
import { ADDRESS, credential, factsOf, permitOf, silent } from './products.ts'

const [folder, durability] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: ended-process.ts <folder> written|synced')
const audit = await createAudit(
  { folder: join(folder, 'audit') },
  { clock: systemClock, takeHold, log: silent, onHealth: () => undefined },
)

async function caller(name: string): Promise<never> {
  for (let n = 0; ; n += 1) {
    const id = `${process.pid}-${name}-${n}`
    const permit = permitOf(id, {}, { durability: durability === 'written' ? 'written' : 'synced' })
    const sequence = await audit.intent(permit, credential, ADDRESS, undefined)
    appendFileSync(join(String(folder), 'calls'), `${id}\n`)
    if (n === 0) process.stdout.write('calling\n')
    await new Promise((resolve) => setTimeout(resolve, 1))
    audit.outcome(sequence, id, factsOf(), 1)
  }
}
await Promise.all(['a', 'b', 'c', 'd'].map(caller))
