// A closed log of four calls and an event, with checkpoints and keys as the signer writes them, and ways to write both
// anew as somebody would who holds the disk but not the key.
import { generateKeyPairSync, hash, sign as signWith, type KeyObject } from 'node:crypto'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkpointText } from '../../src/audit/checkpoint.ts'
import { keyLine } from '../../src/audit/known-keys.ts'
import { logNames, pathsOf, type LogPaths } from '../../src/audit/log-folder.ts'
import {
  named,
  noteText,
  signatureLine,
  signText,
  verifierKey,
  verifierKeyText,
} from '../../src/audit/note.ts'
import type { SignPrune } from '../../src/audit/prune.ts'
import { pruneText } from '../../src/audit/prune-statement.ts'
import { createGrowingTree } from '../../src/audit/verify/growing-tree.ts'
import { newFolder, openAudit } from './made.ts'
import { ADDRESS, credential, factsOf, permitOf } from './products.ts'

const NAME = 'gateway.example/audit'
const CHANGE = 'sallyport/audit key change'

export type SigningKey = {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly text: string
}

export function newKey(): SigningKey {
  const pair = generateKeyPairSync('ed25519')
  return { ...pair, text: verifierKeyText(verifierKey(NAME, pair.publicKey)) }
}

/** 0 to 7 intents and outcomes of r0 to r3, 8 an event, 9 the end. */
export async function closedLog(
  folder = newFolder(),
): Promise<{ folder: string; name: string; paths: LogPaths; lines: string[] }> {
  const former = new Set(logNames(folder))
  const audit = await openAudit(folder)
  for (const id of ['r0', 'r1', 'r2', 'r3']) {
    const sequence = await audit.intent(permitOf(id), credential, ADDRESS, undefined)
    audit.outcome(sequence, id, factsOf(), 1)
  }
  await audit.event('config_changed', { note: 'ü\ufffd' })
  await audit.close()
  const name = String(logNames(folder).find((one) => !former.has(one)))
  const paths = pathsOf(folder, name)
  return { folder, name, paths, lines: linesOf(paths.log) }
}

/** The same under checkpoints of 4 and all 10 records. */
export async function signedLog(folder = newFolder(), key = newKey()) {
  const log = await closedLog(folder)
  writeFileSync(join(folder, 'checkpoint.keys'), keyLine({ key: key.text }))
  sign(log, [4, 10], key)
  return { ...log, key }
}

type Log = { readonly name: string; readonly paths: LogPaths }

/** Appends checkpoints over the records that are in the file now. */
export function sign({ name, paths }: Log, sizes: readonly number[], key: SigningKey): void {
  for (const size of sizes)
    appendFileSync(paths.checkpoints, `${checkpointOf({ name, paths }, size, key)}\n`)
}

export function checkpointOf({ name, paths }: Log, size: number, key: SigningKey): string {
  const tree = createGrowingTree()
  for (const line of linesOf(paths.log).slice(0, size)) tree.add(leafOf(line))
  const origin = `${NAME}/${name}`
  const text = checkpointText({ origin, size, root: tree.root() })
  const own = named(verifierKey(NAME, key.publicKey), origin).name
  return noteText({ text, signatures: [signText(text, own, key.privateKey)] })
}

const WITNESS = 'witness.example'
const WITNESS_TYPE = 4

export function witnessKeyText({ publicKey }: SigningKey): string {
  return verifierKeyText({ ...verifierKey(WITNESS, publicKey), type: WITNESS_TYPE })
}

/** Appends a checkpoint that a witness has seen (C2SP tlog-cosignature). */
export function cosign(log: Log, size: number, key: SigningKey, witness: SigningKey): void {
  const signed = checkpointOf(log, size, key)
  const [text = ''] = signed.split('\n\n')
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(1_790_000_000n)
  const message = Buffer.from(`cosignature/v1\ntime 1790000000\n${text}\n`)
  const signature = Buffer.concat([time, signWith(null, message, witness.privateKey)])
  const id = Buffer.from(witnessKeyText(witness).split('+')[1] ?? '', 'hex')
  const line = signatureLine({ name: WITNESS, id, signature })
  appendFileSync(log.paths.checkpoints, `${signed}${line}\n`)
}

/** What the signer answers who orders to prune. */
export function pruneSigner(key: SigningKey, time = '2026-04-01T06:00:00.000Z'): SignPrune {
  return async ({ origin, until }) => {
    const text = pruneText({ origin, until, time })
    return { text, signatures: [signText(text, origin, key.privateKey)] }
  }
}

/** Beside the log: so many of its records were ordered to go. */
export async function orderPrune(
  { name, paths }: Log,
  until: number,
  key: SigningKey,
): Promise<void> {
  const note = await pruneSigner(key)({ origin: `${NAME}/${name}`, until })
  appendFileSync(paths.pruned, `${noteText(note)}\n`)
}

/** The line of `checkpoint.keys` by which one key vouches for the next. */
export function changeLine(
  before: SigningKey,
  after: SigningKey,
  signer = before,
  time = new Date().toISOString(),
): string {
  const text = `${CHANGE}\n${before.text}\n${after.text}\n${time}\n`
  const statement = noteText({ text, signatures: [signText(text, NAME, signer.privateKey)] })
  return keyLine({ key: after.text, statement })
}

export function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1)
}

/** A line around a record, its leaf made right. */
export function lineOf(record: string): string {
  return `{"leaf":"${hash('sha256', `\0${record}`, 'base64url')}","record":${record}}`
}

export function recordOf(line: string | undefined): string {
  return String(line).slice('{"leaf":"'.length + 43 + '","record":'.length, -1)
}

function leafOf(line: string): Buffer {
  return hash('sha256', `\0${recordOf(line)}`, 'buffer')
}
