import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStateFolder } from '../src/state-folder.ts'

function folder(mode?: number): string {
  const parent = mkdtempSync(join(tmpdir(), 'state-folder-'))
  onTestFinished(() => rmSync(parent, { recursive: true }))
  const path = join(parent, 'deep/state')
  if (mode !== undefined) {
    mkdirSync(path, { recursive: true })
    chmodSync(path, mode)
  }
  return path
}

test('architecture §4: a folder that is not there is made for its owner alone', () => {
  const path = folder()
  expect(openStateFolder(path)).toEqual([])
  expect(statSync(path).mode & 0o777).toBe(0o700)
})

test.each([0o700, 0o750, 0o755])('mode %o is taken as it is', (mode) => {
  expect(openStateFolder(folder(mode))).toEqual([])
})

test.each([0o777, 0o702, 0o1777])(
  'a folder that everybody may write is refused: mode %o',
  (mode) => {
    const path = folder(mode)
    expect(() => openStateFolder(path)).toThrow(
      `everybody may write the state folder \`${path}\` (mode ${mode.toString(8).padStart(4, '0')})`,
    )
  },
)

test.each([0o770, 0o2775])('a folder that its group may write is a relaxation: mode %o', (mode) => {
  expect(openStateFolder(folder(mode))).toMatchObject([
    { path: 'stateFolder', meaning: expect.stringContaining('its group may write it') as unknown },
  ])
})
