// Rights of the state folder at the start of a gateway.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startTestGateway } from '../support/gateway.ts'

function folderWith(mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-rights-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'state'))
  chmodSync(join(folder, 'state'), mode)
  return folder
}

test('architecture §4: a gateway does not start on a state folder that everybody may write', async () => {
  await expect(startTestGateway({ folder: folderWith(0o777) })).rejects.toThrow('chmod o-w')
})

test('ux §2: a state folder that its group may write is told and recorded as a relaxation', async () => {
  const world = await startTestGateway({ folder: folderWith(0o770) })
  onTestFinished(() => world.stop())
  const relaxed = world.audit().filter(({ kind }) => kind === 'relaxed')
  expect(relaxed).toContainEqual(
    expect.objectContaining({
      detail: expect.objectContaining({ setting: 'stateFolder' }) as unknown,
    }),
  )
  expect(world.log()).toContain('its group may write it (mode 0770)')
})
