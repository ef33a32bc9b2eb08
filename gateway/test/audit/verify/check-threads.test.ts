import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CheckedLines } from '../../../src/audit/verify/check-lines.ts'
import { createCheckThreads } from '../../../src/audit/verify/check-threads.ts'
import { newFolder } from '../made.ts'
import { lineOf } from '../signed.ts'

const record = (sequence: number, kind = 'intent'): string =>
  `{"instance":"ab","kind":"${kind}","note":"${'x'.repeat(2000)}","sequence":${sequence},"time":"t","version":1}`

test('policy-audit §2.4: threads find in a log what one does, in the order of its lines', async () => {
  const lines = Array.from({ length: 4000 }, (_, n) => lineOf(record(n)))
  const bent = lines
    .with(1500, lineOf(record(1500, 'ü')))
    .with(2500, String(lines[2500]).replace('intent', 'intend'))
  const path = join(newFolder(), 'log')
  writeFileSync(path, `${bent.join('\n')}\n{"leaf":"half`)
  const read = async (bytes: number): Promise<CheckedLines[]> => {
    const threads = createCheckThreads(bytes)
    try {
      return await Array.fromAsync(threads.check(path))
    } finally {
      threads.close()
    }
  }
  const here = await read(0)
  expect(await read(1e9)).toEqual(here)
  expect(here.reduce((sum, checked) => sum + checked.lines, 0)).toBe(4000)
  expect(here.flatMap(({ findings }) => findings)).toMatchObject([{ code: 'leaf_mismatch' }])
  expect(here.at(-1)?.torn).toBe(true)
})
