import { mkdtempSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { createSecrets } from '../../src/secrets/resolve.ts'
import { expiryWarning, readTlsMaterial } from '../../src/secrets/tls-material.ts'
import { selfSigned } from './self-signed.ts'

const DAY_MS = 86_400_000
const folder = mkdtempSync(join(tmpdir(), 'tls-'))
const path = (name: string): string => join(folder, name)
const secrets = createSecrets({
  clock: { wallMs: () => 0, monotonicMs: () => 0 },
  environment: {},
  onRead: () => {},
})

beforeAll(async () => {
  for (const name of ['a', 'b']) {
    const { certificate, key } = selfSigned()
    await writeFile(path(`${name}.crt`), certificate)
    await writeFile(path(`${name}.key`), key, { mode: 0o600 })
  }
})

const read = (certificate: string, key: string) =>
  readTlsMaterial({ certificate: { file: path(certificate) }, key: { file: path(key) } }, secrets)

describe('F-24: certificate and key of the listener', () => {
  test('a pair that belongs together is read, with fingerprint and expiry', async () => {
    const material = await read('a.crt', 'a.key')
    expect(material.certificate).toBe(readFileSync(path('a.crt'), 'utf8'))
    expect(material.fingerprint).toMatch(/^[0-9a-f]{64}$/)
    expect(material.version).not.toBe((await read('b.crt', 'b.key')).version)
  })

  test('the first half of a rotation does not fit and is not used', async () => {
    await expect(read('b.crt', 'a.key')).rejects.toThrow('does not belong to the certificate')
  })

  test('what is no certificate or not there is named, without content', async () => {
    await writeFile(path('c.crt'), 'canary-content')
    await expect(read('c.crt', 'a.key')).rejects.toThrow(
      /^certificate in file .*c\.crt: it is no PEM/,
    )
    await expect(read('none.crt', 'a.key')).rejects.toThrow('ENOENT')
    await expect(read('a.crt', 'a.crt')).rejects.toThrow(/readable by everybody|does not belong/)
  })

  test.each([
    [31 * DAY_MS, undefined],
    [30 * DAY_MS, 30],
    [7 * DAY_MS, 7],
    [DAY_MS, 1],
    [1, 1],
    [0, 0],
    [-1, 0],
  ])('%d ms before expiry the warning is %s', (left, warning) => {
    expect(expiryWarning(1_000_000 + left, 1_000_000)).toBe(warning)
  })
})
