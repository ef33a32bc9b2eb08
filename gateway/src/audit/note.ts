// Signed notes and their keys (C2SP signed-note, tlog-cosignature): a text, and lines that vouch for it. Pure, but
// for the Ed25519 of node:crypto.
import { createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto'

/** Ed25519 over the text itself. */
const ED25519 = 0x01
/** Ed25519 over the text and a time: a witness saw it (tlog-cosignature). */
const COSIGNATURE = 0x04
const KEY_BYTES = 32
const ID_BYTES = 4
const TIME_BYTES = 8
const MARK = '— '

export type VerifierKey = {
  readonly name: string
  readonly type: number
  readonly bytes: Buffer
}

export type Signature = {
  readonly name: string
  readonly id: Buffer
  readonly signature: Buffer
}

export type Note = {
  /** What is signed, line feed at its end included. */
  readonly text: string
  readonly signatures: readonly Signature[]
}

/** `<name>+<id in hex>+<base64 of type and key>`; `undefined`: it is none, or its id is not its own. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text)
  if (match === null) return undefined
  const [, name = '', id, encoded = ''] = match
  const [type = 0, ...bytes] = Buffer.from(encoded, 'base64')
  const key = { name, type, bytes: Buffer.from(bytes) }
  const good =
    bytes.length === KEY_BYTES && keyId(key).toString('hex') === id && verifierKeyText(key) === text
  return good ? key : undefined
}

/** Whether checkpoints may be signed with it, and not only seen. */
export function isCheckpointKey(key: VerifierKey | undefined): boolean {
  return key?.type === ED25519
}

/** Whether it says that somebody saw a checkpoint. */
export function isWitnessKey(key: VerifierKey | undefined): key is VerifierKey {
  return key?.type === COSIGNATURE
}

export function verifierKeyText(key: VerifierKey): string {
  const encoded = Buffer.concat([Buffer.of(key.type), key.bytes]).toString('base64')
  return `${key.name}+${keyId(key).toString('hex')}+${encoded}`
}

/** The Ed25519 key of a note under a name. */
export function verifierKey(name: string, publicKey: KeyObject): VerifierKey {
  const { x = '' } = publicKey.export({ format: 'jwk' })
  return { name, type: ED25519, bytes: Buffer.from(x, 'base64url') }
}

/** The same 32 bytes under another name: each log has its own. */
export function named(key: VerifierKey, name: string): VerifierKey {
  return { ...key, name }
}

export function parseNote(text: string): Note | undefined {
  const end = text.indexOf(`\n\n${MARK}`)
  if (end < 0 || !text.endsWith('\n')) return undefined
  const signatures: Signature[] = []
  for (const line of text.slice(end + 2, -1).split('\n')) {
    const signature = parseSignature(line)
    if (signature === undefined) return undefined
    signatures.push(signature)
  }
  return { text: text.slice(0, end + 1), signatures }
}

export function parseSignature(line: string): Signature | undefined {
  const match = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line)
  if (match === null) return undefined
  const bytes = Buffer.from(match[2] ?? '', 'base64')
  if (bytes.length <= ID_BYTES || bytes.toString('base64') !== match[2]) return undefined
  return {
    name: match[1] ?? '',
    id: bytes.subarray(0, ID_BYTES),
    signature: bytes.subarray(ID_BYTES),
  }
}

export function noteText({ text, signatures }: Note): string {
  return `${text}\n${signatures.map(signatureLine).join('')}`
}

export function signatureLine({ name, id, signature }: Signature): string {
  return `${MARK}${name} ${Buffer.concat([id, signature]).toString('base64')}\n`
}

export function signText(text: string, name: string, privateKey: KeyObject): Signature {
  const id = keyId(verifierKey(name, createPublicKey(privateKey)))
  return { name, id, signature: sign(null, Buffer.from(text), privateKey) }
}

/** Whether one of the signatures is by this key, and good. A bad one under its id is none. */
export function isSignedBy(note: Note, key: VerifierKey): boolean {
  const ours = signaturesOf(note, key)
  return ours.length > 0 && ours.every(({ signature }) => isGood(note.text, signature, key))
}

/** Those that say that they are by this key, good or not. */
export function signaturesOf({ signatures }: Note, key: VerifierKey): readonly Signature[] {
  const id = keyId(key)
  return signatures.filter((one) => one.name === key.name && one.id.equals(id))
}

function isGood(text: string, signature: Buffer, key: VerifierKey): boolean {
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: key.bytes.toString('base64url') },
    format: 'jwk',
  })
  if (key.type === ED25519) return verify(null, Buffer.from(text), publicKey, signature)
  if (key.type !== COSIGNATURE || signature.length <= TIME_BYTES) return false
  const seconds = signature.readBigUInt64BE(0)
  const seen = Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`)
  return verify(null, seen, publicKey, signature.subarray(TIME_BYTES))
}

function keyId({ name, type, bytes }: VerifierKey): Buffer {
  const named = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), bytes])
  return hash('sha256', named, 'buffer').subarray(0, ID_BYTES)
}
