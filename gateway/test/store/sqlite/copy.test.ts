import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { copySqlite } from '../../../src/store/sqlite/copy.ts'

test('P-11: a backup into a folder that others may read is for its owner alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-copy-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o755)
  const [from, to] = [join(folder, 'state.sqlite'), join(folder, 'copy.sqlite')]
  const db = new DatabaseSync(from)
  db.exec('create table one (two text); insert into one values (3)')
  db.close()
  await copySqlite(from, to)
  expect(statSync(to).mode & 0o777).toBe(0o600)
  const copy = new DatabaseSync(to, { readOnly: true })
  expect(copy.prepare('select two from one').get()).toEqual({ two: '3' })
  copy.close()
})
