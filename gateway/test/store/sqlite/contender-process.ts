// A second process on the same file: says that it is open, and for each line that it reads contends for the rows
// of that round and prints what it got.
import { createInterface } from 'node:readline'
import { createSqliteStore } from '../../../src/store/sqlite/sqlite.ts'
import { systemClock } from '../../../src/system/clock.ts'
import { contend } from './contend.ts'

const [path, rows] = process.argv.slice(2)
if (path === undefined) throw new Error('usage: contender-process.ts <file> <rows>')
const store = await createSqliteStore({ path, timeoutMs: 10_000 }, systemClock)
process.stdout.write('open\n')
for await (const round of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await contend(store, Number(round), Number(rows)))}\n`)
}
await store.close()
