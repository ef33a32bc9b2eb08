// Logs of former processes, where the folder itself cannot be read.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FollowedLog } from '../../src/audit/publish/followed-log.ts'
import { followFormer } from '../../src/audit/publish/former-logs.ts'

test('policy-audit §2.4: a folder that is away is told, and ends nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-audit-'))
  rmSync(folder, { recursive: true })
  const own: FollowedLog = {
    folder,
    name: 'own',
    records: () => 0,
    tree: () => Promise.reject(new Error('not asked here')),
    sync: async () => undefined,
  }
  const told: string[] = []
  const former = followFormer(
    own,
    () => ({ release: () => undefined }),
    async () => true,
    (name) => void told.push(name),
  )
  await expect.poll(() => told).toEqual([folder])
  former.end()
})
