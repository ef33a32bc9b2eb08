import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readChunks } from '../../src/audit/read-chunks.ts'
import { newFolder } from './made.ts'

const CHUNK = 1024 * 1024

/** Each piece as where it begins, and its lines. */
async function pieces(content: string, from = 0): Promise<[number, string[]][]> {
  const path = join(newFolder(), 'file')
  writeFileSync(path, content)
  const read: [number, string[]][] = []
  for await (const { bytes, at } of readChunks(path, from)) {
    read.push([at, bytes.toString().split('\n')])
    // Another thread may have taken it by the time the next one is read.
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  }
  return read
}

test('pieces are whole lines, whatever the size of the file', async () => {
  expect(await pieces('')).toEqual([])
  expect(await pieces('a\nb\n')).toEqual([[0, ['a', 'b', '']]])
  expect(await pieces('a\nb')).toEqual([
    [0, ['a', '']],
    [2, ['b']],
  ])
  expect(await pieces('a\nb\n', 2)).toEqual([[2, ['b', '']]])
})

test('a line that lies across two pieces is in one of them, whole', async () => {
  const long = 'x'.repeat(CHUNK - 3)
  const read = await pieces(`first\n${long}\nlast\n`)
  expect(read.flatMap(([, lines]) => lines).filter(Boolean)).toEqual(['first', long, 'last'])
  expect(read.map(([at]) => at)).toEqual([0, 6, CHUNK + 4])
})

test('a line that is longer than a piece comes as an empty one, and those after it as they are', async () => {
  const read = await pieces(`a\n${'x'.repeat(3 * CHUNK)}\nb\n`)
  expect(read.map(([, lines]) => lines.filter(Boolean))).toEqual([['a'], [], ['b']])
  expect((await pieces('x'.repeat(CHUNK))).map(([, lines]) => lines)).toEqual([['']])
  expect(await pieces(`${'x'.repeat(CHUNK)}\n`)).toHaveLength(1)
})
