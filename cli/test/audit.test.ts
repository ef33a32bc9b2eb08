// Commands that read the log from its files: they need the files, and nothing else.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { newFolder, openAudit } from '../../gateway/test/audit/made.ts'
import { sallyport } from './world/test-terminal.ts'

const ENTRY = fileURLToPath(new URL('../src/sallyport.js', import.meta.url))
/** Its policies are nowhere. */
const CONFIG = `publicUrl: http://127.0.0.1:8443
authorization: { mode: external, issuers: [{ issuer: https://login.example, profile: rfc9068 }] }
policies: { folder: ./nowhere }
stateFolder: ./state
`

async function written(events = 1, note = 'x'): Promise<{ folder: string; config: string }> {
  const folder = newFolder()
  const config = join(folder, 'sallyport.yaml')
  writeFileSync(config, CONFIG)
  const audit = await openAudit(join(folder, 'state/audit'))
  for (let n = 0; n < events; n += 1) await audit.event('config_changed', { note })
  await audit.close()
  return { folder, config }
}

test('ux §5: a log is verified by its configuration where the policies are not there', async () => {
  const { config } = await written()
  const { code, out } = await sallyport(['audit', 'verify', '--config', config])
  expect([code, out]).toEqual([0, expect.stringContaining('the log holds: 2 records')])
})

test('ux §5: a checkpoint that cannot be read is a file that cannot be read, in words', async () => {
  const { folder } = await written()
  const missing = join(folder, 'kept.checkpoint')
  const where = ['--state-folder', join(folder, 'state'), '--output', join(folder, 'proofs')]
  const { code, note } = await sallyport(['audit', 'prove', '--from', missing, ...where])
  expect([code, note]).toEqual([66, expect.stringContaining(`\`${missing}\` cannot be read`)])
})

test('ux §5: a reader of the export that has enough ends it quietly', async () => {
  const { folder } = await written(300, 'x'.repeat(8000))
  const words = ['audit', 'export', '--state-folder', join(folder, 'state')]
  const child = spawn(process.execPath, [ENTRY, ...words], {
    env: { PATH: process.env['PATH'], XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.once('data', () => child.stdout.destroy())
  const [note, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect([code, note]).toEqual([0, ''])
})
