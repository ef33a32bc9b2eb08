// A second process on the same file: says that it is open, waits for a line, contends, prints what it got.
import { once } from 'node:events'
import { createSqliteStore } from '../../../src/store/sqlite/sqlite.ts'
import { systemClock } from '../../../src/system/clock.ts'
import { contend } from './contend.ts'

const [path, rows] = process.argv.slice(2)
if (path === undefined) throw new Error('usage: contender-process.ts <file> <rows>')
const store = await createSqliteStore({ path, timeoutMs: 10_000 }, systemClock)
process.stdout.write('open\n')
await once(process.stdin, 'data')
process.stdout.write(`${JSON.stringify(await contend(store, Number(rows)))}\n`)
await store.close()
