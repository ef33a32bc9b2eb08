import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { badKeyLines, keyLine, parseKeyLines } from '../../src/audit/known-keys.ts'
import { openKeyRing } from '../../src/audit/publish/key-ring.ts'
import { newFolder } from './made.ts'
import { newKey } from './signed.ts'

test('F-14: a process that died while it wrote a key leaves nothing behind which the next key is lost', async () => {
  const path = join(newFolder(), 'checkpoint.keys')
  const [first, second] = [newKey().text, newKey().text]
  writeFileSync(path, `${keyLine({ key: first })}${keyLine({ key: second }).slice(0, 40)}`)
  const ring = openKeyRing(join(path, '..'))
  await ring.learn([{ key: first }, { key: second }])
  const text = readFileSync(path, 'utf8')
  expect(parseKeyLines(text).map(({ key }) => key)).toEqual([first, second])
  expect(badKeyLines(text)).toEqual([])
})
