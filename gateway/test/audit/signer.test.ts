import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hash } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { checkpointText, offerText, parseCheckpoint } from '../../src/audit/checkpoint.ts'
import { isVouchedFor, parseKeyLines } from '../../src/audit/known-keys.ts'
import { isSignedBy, named, parseNote, parseVerifierKey } from '../../src/audit/note.ts'
import { parseSignedPrune } from '../../src/audit/prune-statement.ts'
import { rotateKeys } from '../../src/audit/signer/keys.ts'
import { openRemembered } from '../../src/audit/signer/remembered.ts'
import { startSigner } from '../../src/audit/signer/signer.ts'
import { takeHold } from '../../src/store/sqlite/take-hold.ts'
import { consistencyProof, rootHash, type ReadNode } from '../../src/audit/tree.ts'
import { createTreeFile } from '../../src/audit/tree-file.ts'

const NAME = 'gateway.example/audit'
const ORIGIN = `${NAME}/one`

function treeOf(texts: readonly string[]): ReadNode {
  const tree = createTreeFile({ append: () => undefined, read: () => undefined })
  for (const text of texts) tree.add(hash('sha256', text, 'buffer'))
  return tree.node
}
const node = treeOf(Array.from({ length: 20 }, (_, at) => `leaf ${at}`))
const other = treeOf(Array.from({ length: 20 }, (_, at) => `other ${at}`))

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-signer-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function open(folder = newFolder()) {
  const settings = { socket: join(folder, 's'), keyFile: join(folder, 'key'), name: NAME, takeHold }
  const signer = await startSigner(settings)
  let closed: Promise<void> | undefined
  const close = () => (closed ??= signer.close())
  onTestFinished(close)
  const ask = (method: string, path: string, body = '') =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      request({ socketPath: settings.socket, method, path, agent: false }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        )
      })
        .on('error', reject)
        .end(body)
    })
  const offer = (former: number, size: number, from: ReadNode = node, origin = ORIGIN) =>
    ask(
      'POST',
      '/sign',
      offerText({
        former,
        proof: consistencyProof(former, size, from),
        checkpoint: checkpointText({ origin, size, root: rootHash(size, from) }),
      }),
    )
  return { ...settings, signer, ask, offer, close }
}

test('policy-audit §2.3: a tree that begins with the one signed before is signed, under the origin of its log', async () => {
  const { offer, signer } = await open()
  const first = await offer(0, 5)
  const text = checkpointText({ origin: ORIGIN, size: 5, root: rootHash(5, node) })
  const key = parseVerifierKey(signer.verifierKey())
  const note = parseNote(`${text}\n${first.body}`)
  expect(first.status).toBe(200)
  expect(note && key && isSignedBy(note, named(key, ORIGIN))).toBe(true)
  expect((await offer(5, 11)).status).toBe(200)
  expect((await offer(11, 11)).status).toBe(200)
})

test('policy-audit §2.3: a smaller tree is refused, and so is one with another beginning', async () => {
  const { offer } = await open()
  await offer(0, 11)
  expect(await offer(0, 5)).toEqual({ status: 409, body: '11\n' })
  expect(await offer(5, 8)).toEqual({ status: 409, body: '11\n' })
  expect((await offer(11, 12, other)).status).toBe(422)
  expect((await offer(11, 11, other)).status).toBe(422)
  expect((await offer(11, 12)).status).toBe(200)
})

test('policy-audit §2.3: what was signed is remembered over a restart', async () => {
  const folder = newFolder()
  const before = await open(folder)
  await before.offer(0, 11)
  await before.close()
  const { offer } = await open(folder)
  expect(await offer(0, 11, other)).toEqual({ status: 409, body: '11\n' })
  expect((await offer(11, 12)).status).toBe(200)
})

test('policy-audit §2.3: no other origin is signed for, and nothing that is no offer', async () => {
  const { offer, ask } = await open()
  expect((await offer(0, 5, node, 'elsewhere.example/audit/one')).status).toBe(403)
  expect((await offer(0, 5, node, `${NAME}/one/two`)).status).toBe(403)
  expect((await ask('POST', '/sign', 'old 0\n\nnothing')).status).toBe(400)
  expect((await ask('POST', '/sign', 'x'.repeat(20_000))).status).toBe(400)
  expect((await ask('GET', '/sign')).status).toBe(404)
})

test('policy-audit §2.4: that records may be pruned is signed, as far as the signer has signed them', async () => {
  const { offer, ask, signer } = await open()
  await offer(0, 11)
  const { status, body } = await ask('POST', '/prune', `${ORIGIN}\n11\n`)
  const signed = parseSignedPrune(body)
  const key = parseVerifierKey(signer.verifierKey())
  expect([status, signed?.origin, signed?.until]).toEqual([200, ORIGIN, 11])
  expect(Math.abs(Date.parse(signed?.time ?? '') - Date.now())).toBeLessThan(60_000)
  expect(signed && key && isSignedBy(signed.note, named(key, ORIGIN))).toBe(true)
  expect(await ask('POST', '/prune', `${ORIGIN}\n12\n`)).toEqual({
    status: 409,
    body: 'it has signed 11 records of this log, not 12\n',
  })
  expect((await ask('POST', '/prune', `${NAME}/other\n1\n`)).status).toBe(409)
  expect((await ask('POST', '/prune', 'elsewhere.example/audit/one\n1\n')).status).toBe(403)
  for (const none of ['', `${ORIGIN}\n1`, `${ORIGIN}\n1e3\n`, `${ORIGIN}\n1\nmore\n`]) {
    expect((await ask('POST', '/prune', none)).status).toBe(400)
  }
  // No statement is a checkpoint, whatever it says.
  expect(parseCheckpoint(signed?.note.text ?? '')).toBeUndefined()
})

test('policy-audit §2.3: the old key vouches for the new one, and the signer uses it without a restart', async () => {
  const { ask, offer, signer, keyFile } = await open()
  const before = signer.verifierKey()
  await offer(0, 5)
  rotateKeys(keyFile, NAME, '2026-04-01T06:00:00.000Z')
  const key = parseVerifierKey(signer.verifierKey())
  const line = (await offer(5, 6)).body
  const text = checkpointText({ origin: ORIGIN, size: 6, root: rootHash(6, node) })
  const note = parseNote(`${text}\n${line}`)
  expect(note && key && isSignedBy(note, named(key, ORIGIN))).toBe(true)
  const [first, second] = parseKeyLines((await ask('GET', '/keys')).body)
  expect(first).toEqual({ key: before })
  expect(second?.key).toBe(signer.verifierKey())
  expect(second && isVouchedFor(before, second)).toBe(true)
  expect(second && isVouchedFor(signer.verifierKey(), second)).toBe(false)
  expect(second && isVouchedFor(before, { ...second, key: before })).toBe(false)
})

test('policy-audit §2.3: the key is for its owner alone, and one signer alone uses it', async () => {
  const { keyFile, socket, signer } = await open()
  expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  expect(statSync(socket).mode & 0o777).toBe(0o600)
  expect(readFileSync(`${keyFile}.keys`, 'utf8')).toContain(signer.verifierKey())
  const again = { keyFile, socket, name: NAME, takeHold }
  await expect(startSigner(again)).rejects.toThrow('another signer uses')
  // By another way to it, under which nobody answers.
  await expect(startSigner({ ...again, socket: `${socket}2` })).rejects.toThrow('another signer')
  const other = await open()
  const theirs = { ...again, keyFile: `${keyFile}.other` }
  await expect(startSigner({ ...theirs, socket: other.socket })).rejects.toThrow('answers')
  // What could not start holds nothing.
  const started = await startSigner({ ...theirs, socket: `${socket}2` })
  await started.close()
})

test('policy-audit §2.3: the logs that one key signs for are bounded, and none is forgotten', async () => {
  const path = join(newFolder(), 'key.signed')
  const remembered = openRemembered(path, 3)
  onTestFinished(remembered.close)
  const of = (origin: string, size: number) => ({ origin, size, root: rootHash(size, node) })
  for (const log of ['a', 'b', 'c']) remembered.remember(of(`${NAME}/${log}`, 1))
  expect(() => remembered.remember(of(`${NAME}/d`, 1))).toThrow('3 logs are signed for')
  remembered.remember(of(`${NAME}/a`, 2))
  expect(remembered.last(`${NAME}/a`)?.size).toBe(2)
  expect(remembered.last(`${NAME}/d`)).toBeUndefined()
  const { offer } = await open()
  expect((await offer(0, 5, node, `${NAME}/${'x'.repeat(200)}`)).status).toBe(403)
})

/** Runs a script that may write so many KiB to a file: what is over is written in part, as on a full disk. */
function withBlocks(blocks: number, script: string, ...args: readonly string[]) {
  const shell = `ulimit -f ${blocks} && exec "$0" "$@"`
  const node = ['--input-type=module', '--eval', script, ...args]
  return spawnSync('bash', ['-c', shell, process.execPath, ...node], { encoding: 'utf8' })
}
const sourceOf = (file: string): string =>
  new URL(`../../src/audit/${file}`, import.meta.url).pathname

test('policy-audit §2.3: a disk that has room for half of what was signed leaves all of it as it was', () => {
  const path = join(newFolder(), 'key.signed')
  const before = Array.from({ length: 200 }, (_, at) =>
    checkpointText({ origin: `${NAME}/${at}`, size: 5, root: rootHash(5, node) }),
  )
  writeFileSync(path, before.map((text) => `${text}\n`).join(''))
  const { status } = withBlocks(
    8,
    `const { openRemembered } = await import(process.argv[1])
     openRemembered(process.argv[2])`,
    sourceOf('signer/remembered.ts'),
    path,
  )
  expect(status).not.toBe(0)
  const remembered = openRemembered(path)
  expect(remembered.last(`${NAME}/199`)?.size).toBe(5)
  remembered.close()
})

test('policy-audit §2.3: half a checkpoint on a full disk does not keep the signer from starting again', () => {
  const path = join(newFolder(), 'key.signed')
  const { stdout } = withBlocks(
    1,
    `const { openRemembered } = await import(process.argv[1])
     const remembered = openRemembered(process.argv[2])
     const root = Buffer.alloc(32)
     const origin = 'gateway.example/audit/one'
     let size = 1
     try {
       for (; size < 100; size += 1) remembered.remember({ origin, size, root })
     } catch {
       // One of many was written in part: what is left in the file has room for the last one.
       remembered.remember({ origin, size, root })
     }
     console.log(size)`,
    sourceOf('signer/remembered.ts'),
    path,
  )
  const remembered = openRemembered(path)
  expect(remembered.last(ORIGIN)?.size).toBe(Number(stdout))
  expect(Number(stdout)).toBeGreaterThan(1)
  expect(Number(stdout)).toBeLessThan(100)
  remembered.close()
})

test('policy-audit §2.3: a size that is no exact number is refused, so that the next start can read what was signed', async () => {
  const { ask, offer } = await open()
  const root = rootHash(5, node).toString('base64')
  const checkpoint = `${NAME}/two\n9999999999999999\n${root}\n`
  expect((await ask('POST', '/sign', `old 0\n\n${checkpoint}`)).status).toBe(400)
  expect((await offer(0, 5)).status).toBe(200)
})
