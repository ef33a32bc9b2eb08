import { linkSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { takeHold } from '../../../src/store/sqlite/take-hold.ts'

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-hold-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'a.lock')
}

test('one has the hold until it is released', () => {
  const path = newPath()
  const hold = takeHold(path, 'create')
  expect(hold).toBeDefined()
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(takeHold(path, 'existing')).toBeUndefined()
  hold?.release()
  const second = takeHold(path, 'existing')
  expect(second).toBeDefined()
  second?.release()
})

test('a file that is not there is not made, and one that is there is not made twice', () => {
  const path = newPath()
  expect(takeHold(path, 'existing')).toBeUndefined()
  expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined()
  takeHold(path, 'create')?.release()
  expect(() => takeHold(path, 'create')).toThrow(/EEXIST/)
})

test('what somebody else put there is refused: a link, a file with something in it, a journal beside it', () => {
  const path = newPath()
  const elsewhere = `${path}.elsewhere`
  writeFileSync(elsewhere, '')
  symlinkSync(elsewhere, path)
  expect(() => takeHold(path, 'existing')).toThrow('is no empty file of this user')
  rmSync(path)
  linkSync(elsewhere, path)
  expect(() => takeHold(path, 'existing')).toThrow('is no empty file of this user')
  rmSync(path)
  writeFileSync(path, 'x')
  expect(() => takeHold(path, 'existing')).toThrow('is no empty file of this user')
  writeFileSync(path, '')
  writeFileSync(`${path}-journal`, 'x')
  expect(() => takeHold(path, 'existing')).toThrow('has `-journal` beside it')
  rmSync(`${path}-journal`)
  takeHold(path, 'existing')?.release()
})
