import { appendFile, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSettled } from '../../src/config/settled.ts'

const folder = () => mkdtemp(join(tmpdir(), 'settled-'))

test('F-21: what is read is what was written whole, in a folder or named', async () => {
  const at = await folder()
  const file = join(at, 'policies.cedar')
  for (const paths of [[file], [join(at, 'nothing'), at]]) {
    await writeFile(file, '')
    let left = 3
    const read = await readSettled(
      paths,
      () => readFile(file, 'utf8'),
      async () => {
        if (left-- > 0) await appendFile(file, 'more\n')
      },
    )
    expect(read).toBe('more\nmore\nmore\n')
  }
})

test('F-21: a failure to read is one only if it lasts', async () => {
  const at = await folder()
  const file = join(at, 'policies.cedar')
  let left = 1
  const late = async () => {
    if (left-- > 0) await writeFile(file, 'there')
  }
  expect(await readSettled([at], () => readFile(file, 'utf8'), late)).toBe('there')
  await expect(readSettled([at], () => Promise.reject(new Error('unreadable')))).rejects.toThrow(
    'unreadable',
  )
})

test('F-21: files that are written without end are read anyway', async () => {
  const at = await folder()
  const file = join(at, 'policies.cedar')
  await writeFile(file, '')
  const read = () => readFile(file, 'utf8')
  expect(await readSettled([file], read, () => appendFile(file, 'x'))).toMatch(/^x{30,}$/)
})
