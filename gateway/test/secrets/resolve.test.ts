import { chmod, mkdtemp, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createSecrets } from '../../src/secrets/resolve.ts'
import type { SecretRead, Secrets } from '../../src/secrets/resolve.ts'
import { SecretError } from '../../src/secrets/secret-error.ts'

const CANARY = 'canary-of-a-secret'

async function setUp(): Promise<{
  file: string
  secrets: Secrets
  reads: SecretRead[]
  environment: Record<string, string>
  later: () => void
}> {
  const file = join(await mkdtemp(join(tmpdir(), 'secret-')), 'key')
  const reads: SecretRead[] = []
  const environment: Record<string, string> = {}
  let now = 0
  const secrets = createSecrets({
    clock: { wallMs: () => now, monotonicMs: () => now },
    environment,
    onRead: (read) => void reads.push(read),
  })
  return { file, secrets, reads, environment, later: () => void (now += 1001) }
}

async function put(file: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  await writeFile(`${file}.new`, content, { mode })
  await chmod(`${file}.new`, mode)
  await rename(`${file}.new`, file)
}

describe('a secret in a file', () => {
  test('is trimmed, and its read is reported with the version alone', async () => {
    const { file, secrets, reads } = await setUp()
    await put(file, `  ${CANARY}\r\n`)
    const secret = await secrets.resolve({ file })
    expect(secret.value).toBe(CANARY)
    expect(reads).toEqual([{ place: `file ${file}`, version: secret.version, failed: undefined }])
    expect(secret.version).toMatch(/^[0-9a-f]{12}$/)
    expect(JSON.stringify(reads)).not.toContain(CANARY)
  })

  test('is read once for parallel callers, and known without waiting afterwards', async () => {
    const { file, secrets, reads, later } = await setUp()
    await put(file, CANARY)
    expect(secrets.known({ file })).toBeUndefined()
    const all = await Promise.all(Array.from({ length: 20 }, () => secrets.resolve({ file })))
    expect(new Set(all).size).toBe(1)
    expect(reads).toHaveLength(1)
    expect(secrets.known({ file })).toBe(all[0])
    later()
    expect(secrets.known({ file })).toBeUndefined()
  })

  test('is read again when the file is replaced or written, and only then reported', async () => {
    const { file, secrets, reads, later } = await setUp()
    await put(file, 'one')
    const first = await secrets.resolve({ file })
    later()
    expect(await secrets.resolve({ file })).toBe(first)
    await put(file, 'two')
    expect((await secrets.resolve({ file })).value).toBe('one')
    later()
    const second = await secrets.resolve({ file })
    expect(second.value).toBe('two')
    expect(second.version).not.toBe(first.version)
    await writeFile(file, 'three')
    later()
    expect((await secrets.resolve({ file })).value).toBe('three')
    expect(reads).toHaveLength(3)
  })

  test('has versions that differ from process to process: they reveal nothing', async () => {
    const [a, b] = [await setUp(), await setUp()]
    await put(a.file, CANARY)
    const other = await b.secrets.resolve({ file: a.file })
    expect((await a.secrets.resolve({ file: a.file })).version).not.toBe(other.version)
  })

  test.each([0o604, 0o602, 0o644, 0o666, 0o777])(
    'P-07: mode %i lets everybody at it and is refused with the fix',
    async (mode) => {
      const { file, secrets } = await setUp()
      await put(file, CANARY, mode)
      const error = await secrets.resolve({ file }).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(SecretError)
      expect(error).toMatchObject({ reason: 'readable_by_everybody', fix: /chmod/ as never })
    },
  )

  test('a group may read it: that is how containers get it', async () => {
    const { file, secrets } = await setUp()
    await put(file, CANARY, 0o440)
    expect((await secrets.resolve({ file })).value).toBe(CANARY)
  })

  test.each([
    ['empty', '\n \n'],
    ['not_text', Uint8Array.of(0x61, 0xff)],
    ['not_text', 'a\0b'],
    ['too_large', 'x'.repeat(65 * 1024)],
  ])('%s is refused without its content', async (reason, content) => {
    const { file, secrets, reads } = await setUp()
    await put(file, content)
    await expect(secrets.resolve({ file })).rejects.toMatchObject({ reason })
    expect(reads).toEqual([{ place: `file ${file}`, version: undefined, failed: reason }])
  })

  test('a folder and a missing file are told apart', async () => {
    const { file, secrets } = await setUp()
    await expect(secrets.resolve({ file })).rejects.toMatchObject({ reason: 'not_found' })
    await expect(secrets.resolve({ file: tmpdir() })).rejects.toMatchObject({
      reason: 'not_a_file',
    })
  })

  test('a file that goes away takes its secret along, and the loss is reported once', async () => {
    const { file, secrets, reads, later } = await setUp()
    await put(file, CANARY)
    await secrets.resolve({ file })
    await rename(file, `${file}.away`)
    later()
    for (let i = 0; i < 3; i++) {
      const error = await secrets.resolve({ file }).catch((reason: unknown) => reason)
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(CANARY)
    }
    expect(reads.map(({ failed }) => failed)).toEqual([undefined, 'not_found'])
  })
})

describe('a secret in the environment', () => {
  test('is found by name, trimmed', async () => {
    const { secrets, environment, reads } = await setUp()
    environment['KEY'] = `${CANARY}\n`
    expect((await secrets.resolve({ env: 'KEY' })).value).toBe(CANARY)
    expect(reads[0]?.place).toBe('environment variable KEY')
  })

  test('a name that is not set or is inherited is refused', async () => {
    const { secrets } = await setUp()
    for (const env of ['MISSING', 'toString', '__proto__']) {
      await expect(secrets.resolve({ env })).rejects.toMatchObject({ reason: 'not_set' })
    }
  })
})
