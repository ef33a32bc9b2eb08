import { expect, test } from 'vitest'
import { verifyLog } from '../../src/audit/verify.ts'
import { ADDRESS, credential, factsOf, newFolder, openAudit, permitOf, recordsIn } from './made.ts'

test('smoke', async () => {
  const folder = newFolder()
  const audit = await openAudit(folder)
  const n = await audit.intent(permitOf('r1'), credential, ADDRESS, undefined)
  audit.outcome(n, 'r1', factsOf(), 1.5)
  await audit.event('boot', { a: 1 })
  await audit.close()
  console.log(JSON.stringify(recordsIn(folder), null, 1))
  console.log(await verifyLog(folder))
  expect(n).toBe(0)
})
