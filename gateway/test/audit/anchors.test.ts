import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkpointText, parseCheckpoints } from '../../src/audit/checkpoint.ts'
import { signatureLine, signText, verifierKey, verifierKeyText } from '../../src/audit/note.ts'
import { createAnchor } from '../../src/audit/publish/anchors.ts'
import type { GuardedFetch } from '../../src/net/guarded-fetch.ts'
import { newFolder } from './made.ts'
import { newKey } from './signed.ts'

const ORIGIN = 'gateway.example/audit/one'

test('policy-audit §2.3: a witness adds its own cosignature and nothing in the name of the signer', async () => {
  const [ours, theirs] = [newKey(), newKey()]
  const key = verifierKeyText(verifierKey('witness.example', theirs.publicKey))
  const root = Buffer.alloc(32)
  const checkpoint = { origin: ORIGIN, size: 1, root }
  const text = checkpointText(checkpoint)
  const note = { text, signatures: [signText(text, ORIGIN, ours.privateKey)] }
  const bad = signText('something else', ORIGIN, ours.privateKey)
  const own = signText(text, 'witness.example', theirs.privateKey)
  const answered = [bad, own].map(signatureLine).join('')
  const url = 'https://witness.example'
  const anchor = createAnchor(
    { kind: 'witness', url, key, token: undefined, allowAddresses: [], allowInsecure: false },
    {
      fetch: (async () => ({
        status: 200,
        body: Buffer.from(answered),
      })) as unknown as GuardedFetch,
      secret: async () => '',
    },
  )
  const log = {
    folder: '',
    name: 'one',
    records: () => 1,
    tree: async () => ({ size: 1, root, proof: [] }),
    sync: async () => undefined,
  }
  expect(await anchor(log, { ...checkpoint, note }, 0)).toEqual({
    text,
    signatures: [...note.signatures, own],
  })
})

test('F-13: of a checkpoint for which a disk has no room nothing stays, and the next one can be read', () => {
  const path = join(newFolder(), 'one.checkpoints')
  const script = `
    const { appendNote } = await import(process.argv[1])
    const signature = { name: '${ORIGIN}', id: Buffer.alloc(4), signature: Buffer.alloc(64) }
    const text = '${checkpointText({ origin: ORIGIN, size: 1, root: Buffer.alloc(32) }).replaceAll('\n', '\\n')}'
    for (let at = 0; at < 100; at += 1) await appendNote(process.argv[2], { text, signatures: [signature] })`
  const source = new URL('../../src/audit/publish/append-note.ts', import.meta.url).pathname
  const node = ['--input-type=module', '--eval', script, source, path]
  const { stderr } = spawnSync(
    'bash',
    ['-c', 'ulimit -f 1 && exec "$0" "$@"', process.execPath, ...node],
    { encoding: 'utf8' },
  )
  expect(stderr).toContain('EFBIG')
  const kept = readFileSync(path, 'utf8')
  expect(kept.endsWith('=\n\n')).toBe(true)
  expect(parseCheckpoints(kept).length).toBeGreaterThan(1)
})
