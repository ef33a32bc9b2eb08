// No secret lies in the repository, or in what is packed out of it: the packages are compiled from these files, and
// `npm run pack:check` scans the installed ones as well. Canaries are put together here, so that this file has none.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { generateKeyPairSync } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { scanFolder, secretsIn } from '../../scripts/scan-secrets.ts'
import { ROOT } from '../docs/page.ts'

/** What has the form on purpose: by file, with the reason. */
const ON_PURPOSE: Readonly<Record<string, string>> = {
  'gateway/test/observe/log.test.ts': 'passwords that the log must not show, of nobody',
  'test/attacks/H-11.test.ts': 'a URL with user information, which is refused',
}

const folder = mkdtempSync(join(tmpdir(), 'sallyport-scan-'))
afterAll(() => rmSync(folder, { recursive: true }))

const letters = (count: number) => 'aB3'.repeat(count).slice(0, count)
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const CANARIES: Readonly<Record<string, string>> = {
  'a private key': privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  'a private JWK': JSON.stringify(privateKey.export({ format: 'jwk' })),
  'an AWS access key': `id = AKIA${'ABCD2345'.repeat(2)}`,
  'a token of GitHub': `token: ghp_${letters(36)}`,
  'a token of npm': `//registry/:_authToken=npm_${letters(36)}`,
  'a token of Slack': `xoxb-${'1'.repeat(12)}-${letters(24)}`,
  'a key of Google': `AIza${letters(35)}`,
  'a key of a model provider': `sk-ant-api03-${letters(40)}`,
  'a live key of Stripe': `sk_live_${letters(24)}`,
  'a signed token': `eyJ${letters(30)}.eyJ${letters(60)}.${letters(43)}`,
  'a URL with a password': `postgres://app:${letters(12)}@db.internal/x`,
}

test('S-06 secrets: the repository has none', () => {
  const skip = (path: string) => /(?:^|\/)(?:node_modules|\.git|dist|coverage)$/.test(path)
  const { files, found } = scanFolder(ROOT, skip)
  expect(files).toBeGreaterThan(900)
  const named = Object.keys(ON_PURPOSE)
  expect(found.filter(({ file }) => !named.includes(file))).toEqual([])
  // A reason for something that is not there any more is gone as well.
  expect([...new Set(found.map(({ file }) => file))].toSorted()).toEqual(named)
})

test.each(Object.entries(CANARIES))('S-06 secrets: %s is found wherever it lies', (form, text) => {
  const place = join(folder, form.replaceAll(' ', '-'))
  mkdirSync(join(place, 'a/.hidden'), { recursive: true })
  writeFileSync(join(place, 'a/.hidden/file.bin'), `\0\u00ff before\n\n${text}\nafter`, 'latin1')
  expect(scanFolder(place).found).toContainEqual({ file: 'a/.hidden/file.bin', line: 3, form })
})

test('S-06 control: what only resembles a secret is left alone', () => {
  const benign = [
    'sha512-' + letters(86) + '==',
    '-----BEGIN CERTIFICATE-----\n' + letters(64),
    'write -----BEGIN PRIVATE KEY----- and the key below',
    '{"kty":"EC","x":"' + letters(43) + '"}',
    'https://login.acme.example/realms/a:b@c',
    'https://<user>:<password>@host',
    '${NAME}:${SECRET}@host',
    'commit 0123456789abcdef0123456789abcdef01234567',
    'AKIAIOSFODNN7',
    'npm_config_cache=/tmp',
  ]
  expect(benign.flatMap((text) => secretsIn(text, 'benign'))).toEqual([])
})

test('S-06 control: links are not followed, and folders that are left out are', () => {
  const place = join(folder, 'links')
  mkdirSync(join(place, 'left-out'), { recursive: true })
  writeFileSync(join(place, 'left-out/key'), 'nothing')
  symlinkSync(ROOT, join(place, 'repository'))
  expect(scanFolder(place, (path) => path === 'left-out')).toEqual({ files: 0, found: [] })
})
