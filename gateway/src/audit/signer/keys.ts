// The checkpoint key and those before it, as files that only the signer may read: the key in PKCS#8, and beside it
// `.keys`, the history that verifiers need. A new key is vouched for by the one before it (docs/audit-format.md).
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { keyLine, parseKeyLines, type KnownKey } from '../known-keys.ts'
import { syncFolder } from '../log-folder.ts'
import { noteText, signText, verifierKey, verifierKeyText } from '../note.ts'

const OTHERS = 0o077
const CHANGE = 'sallyport/audit key change'

export type SignerKeys = {
  readonly privateKey: KeyObject
  /** Oldest first; the last one is in use. */
  readonly history: readonly KnownKey[]
}

/** Throws in words: somebody else may read the key, or it is none. */
export function readKeys(file: string, name: string): SignerKeys {
  if ((statSync(file).mode & OTHERS) !== 0) {
    throw new Error(`\`${file}\` may be read by others than its owner; fix: chmod 600`)
  }
  const privateKey = createPrivateKey(readFileSync(file))
  if (privateKey.asymmetricKeyType !== 'ed25519') {
    throw new Error(`\`${file}\` holds a ${privateKey.asymmetricKeyType} key, expected ed25519`)
  }
  const own = textOf(privateKey, name)
  const path = historyOf(file)
  const known = existsSync(path) ? parseKeyLines(readFileSync(path, 'utf8')) : []
  const at = known.findLastIndex(({ key }) => key === own)
  // A change that did not come to its end leaves a key in the history that was never used.
  return { privateKey, history: at < 0 ? [...known, { key: own }] : known.slice(0, at + 1) }
}

/** Makes the first key where there is none. */
export function ensureKeys(file: string, name: string): SignerKeys {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519')
    replace(historyOf(file), keyLine({ key: textOf(privateKey, name) }))
    replace(file, pem(privateKey))
  }
  return readKeys(file, name)
}

/** Makes a new key, has the old one vouch for it, and forgets the old one. */
export function rotateKeys(file: string, name: string, time: string): SignerKeys {
  const { privateKey: old, history } = readKeys(file, name)
  const { privateKey } = generateKeyPairSync('ed25519')
  const key = textOf(privateKey, name)
  const text = `${CHANGE}\n${textOf(old, name)}\n${key}\n${time}\n`
  const statement = noteText({ text, signatures: [signText(text, name, old)] })
  replace(historyOf(file), [...history, { key, statement }].map(keyLine).join(''))
  replace(file, pem(privateKey))
  return readKeys(file, name)
}

function textOf(privateKey: KeyObject, name: string): string {
  return verifierKeyText(verifierKey(name, createPublicKey(privateKey)))
}

function historyOf(file: string): string {
  return `${file}.keys`
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** The file has its old content or the new one, whatever happens. */
export function replace(path: string, content: string): void {
  const next = `${path}.next`
  const fd = openSync(next, 'w', 0o600)
  try {
    // All of it: one write takes what a full disk has room for and calls that a success.
    writeFileSync(fd, content)
    fdatasyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(next, path)
  syncFolder(dirname(path))
}
