// The witness against the gateway's own tree: two implementations of the same documents that share no code.
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { checkpointText, offerText } from '../../gateway/src/audit/checkpoint.ts'
import { keyLine, parseKeyLines } from '../../gateway/src/audit/known-keys.ts'
import {
  isSignedBy,
  noteText,
  parseSignature,
  parseVerifierKey,
  signText,
  verifierKey,
  verifierKeyText,
} from '../../gateway/src/audit/note.ts'
import { ensureKeys, rotateKeys } from '../../gateway/src/audit/signer/keys.ts'
import { createTreeFile } from '../../gateway/src/audit/tree-file.ts'
import { consistencyProof, rootHash } from '../../gateway/src/audit/tree.ts'
import { isExtension } from '../src/witness/consistency.ts'
import { startWitness } from '../src/witness/witness.ts'

const NAME = 'gateway.example/audit'
const LOG = `${NAME}/one`

function treeOf(prefix: string) {
  const tree = createTreeFile({ append: () => undefined, read: () => undefined })
  for (let at = 0; at < 70; at++) {
    tree.add(createHash('sha256').update(`${prefix} ${at}`).digest())
  }
  return tree.node
}
const node = treeOf('leaf')
const other = treeOf('other')

async function open(
  stateFile?: string,
  keys = generateKeyPairSync('ed25519'),
  keyHistory?: string,
) {
  const logs = verifierKeyText(verifierKey(NAME, keys.publicKey))
  const settings = {
    logs,
    ...(stateFile === undefined ? {} : { stateFile }),
    ...(keyHistory === undefined ? {} : { keyHistory }),
  }
  const witness = await startWitness(settings)
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= witness.stop())
  onTestFinished(stop)
  const offer = async (
    former: number,
    size: number,
    {
      from = node,
      origin = LOG,
      key = keys.privateKey,
    }: { from?: typeof node; origin?: string; key?: KeyObject } = {},
  ) => {
    const text = checkpointText({ origin, size, root: rootHash(size, from) })
    const checkpoint = noteText({ text, signatures: [signText(text, origin, key)] })
    const response = await fetch(`${witness.url}/add-checkpoint`, {
      method: 'POST',
      body: offerText({ former, proof: consistencyProof(former, size, from), checkpoint }),
    })
    return { status: response.status, body: await response.text(), text }
  }
  return { ...witness, offer, stop, keys }
}

test('C2SP tlog-witness: a tree that begins with the one seen before is cosigned, with a time', async () => {
  const { offer, key, seen } = await open()
  const { status, body, text } = await offer(0, 5)
  const witness = parseVerifierKey(key)
  const signature = parseSignature(body.trimEnd())
  expect(status).toBe(200)
  expect(witness && signature && isSignedBy({ text, signatures: [signature] }, witness)).toBe(true)
  expect((await offer(5, 11)).status).toBe(200)
  expect(seen()).toEqual({ [LOG]: 11 })
})

test('C2SP tlog-witness: another size, another tree, another log and another key are refused', async () => {
  const { offer } = await open()
  await offer(0, 11)
  expect(await offer(0, 5)).toMatchObject({ status: 409, body: '11\n' })
  expect((await offer(11, 12, { from: other })).status).toBe(422)
  expect((await offer(11, 11, { from: other })).status).toBe(422)
  expect((await offer(0, 5, { origin: 'elsewhere.example/one' })).status).toBe(404)
  const { privateKey } = generateKeyPairSync('ed25519')
  expect((await offer(11, 12, { key: privateKey })).status).toBe(403)
  expect((await offer(11, 12)).status).toBe(200)
})

test('C2SP tlog-witness: it remembers over a restart, and keeps its key', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-witness-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const stateFile = join(folder, 'witness.json')
  const before = await open(stateFile)
  await before.offer(0, 11)
  await before.stop()
  const { offer, key } = await open(stateFile, before.keys)
  expect(key).toBe(before.key)
  expect((await offer(0, 11, { from: other })).status).toBe(409)
  expect((await offer(11, 70)).status).toBe(200)
})

test('C2SP tlog-witness: a key that the former one vouches for takes its place while the witness runs, and no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-witness-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const keyFile = join(folder, 'signer.key')
  const { privateKey } = ensureKeys(keyFile, NAME)
  const keys = { privateKey, publicKey: createPublicKey(privateKey) }
  const { offer } = await open(undefined, keys, `${keyFile}.keys`)
  expect((await offer(0, 5)).status).toBe(200)
  const next = rotateKeys(keyFile, NAME, '2026-04-01T06:00:00.000Z').privateKey
  expect((await offer(5, 11, { key: next })).status).toBe(200)
  expect((await offer(11, 12, { key: generateKeyPairSync('ed25519').privateKey })).status).toBe(403)
  // A history that somebody else wrote.
  const stranger = generateKeyPairSync('ed25519')
  const line = { key: verifierKeyText(verifierKey(NAME, stranger.publicKey)) }
  const [, { statement = '' } = { statement: '' }] = parseKeyLines(
    readFileSync(`${keyFile}.keys`, 'utf8'),
  )
  for (const forged of [line, { ...line, statement }]) {
    writeFileSync(`${keyFile}.keys`, keyLine(forged))
    expect((await offer(11, 12, { key: stranger.privateKey })).status).toBe(403)
  }
})

test('RFC 6962 §2.1.2: two implementations agree on every proof up to 70 leaves, and on none that is forged', () => {
  const seenOf = (size: number, from = node) => ({
    size,
    root: rootHash(size, from).toString('base64'),
  })
  for (let size = 1; size <= 70; size++) {
    for (let former = 1; former <= size; former++) {
      const proof = consistencyProof(former, size, node).map((hash) => hash.toString('base64'))
      expect(isExtension(seenOf(former), seenOf(size), proof)).toBe(true)
      expect(isExtension(seenOf(former, other), seenOf(size), proof)).toBe(false)
    }
  }
})
