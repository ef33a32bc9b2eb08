import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import { changed, ENVIRONMENT, GOOD, good, problemsOf } from './sample-config.ts'

async function file(content: string | Uint8Array): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'config-')), 'sallyport.yaml')
  await writeFile(path, content)
  return path
}

describe('a good configuration', () => {
  test('defaults are resolved and paths are absolute against the folder of the file', () => {
    const config = good()
    expect(config.stateFolder).toBe('/etc/sallyport/state')
    expect(config.policies.folder).toBe('/etc/sallyport/policies')
    expect(config.listen.tls?.certificate.file).toBe('/etc/sallyport/tls.crt')
    expect(config.listen.tls?.key).toEqual({ file: '/etc/sallyport/tls.key' })
    const market = config.targets['market']
    expect(market?.timeouts.totalMs).toBe(100_000)
    expect(market?.credential).toEqual({
      kind: 'secret',
      header: 'authorization',
      prefix: 'Bearer ',
      secret: { file: '/etc/sallyport/market.key' },
    })
    expect(config.limits.resultBytes).toBe(10 * 1024 * 1024)
  })

  test('the least that is required is enough', () => {
    const config = good(
      'publicUrl: http://127.0.0.1:8443\nauthorization: { mode: external, issuers: [{ issuer: https://a.example, profile: rfc9068 }] }\npolicies: { folder: p }\n',
    )
    expect(config.listen).toEqual({ host: '127.0.0.1', port: 8443 })
    expect(config.log.level).toBe('info')
    expect(Object.keys(config.targets)).toEqual([])
  })

  test('it is frozen to its last member, and its maps have no prototype (P-06)', () => {
    const config = good()
    const seen: unknown[] = [config]
    for (const value of seen) {
      if (typeof value !== 'object' || value === null) continue
      expect(Object.isFrozen(value)).toBe(true)
      const prototype: unknown = Array.isArray(value) ? Array.prototype : null
      expect(Object.getPrototypeOf(value)).toBe(prototype)
      seen.push(...Object.values(value))
    }
    expect(config.targets['constructor']).toBeUndefined()
    expect(config.targets['__proto__']).toBeUndefined()
  })

  test('the digest follows the content and not its form', () => {
    const digest = (text: string): string => {
      const result = parseConfig(text, '/a/b.yaml', ENVIRONMENT)
      return 'digest' in result ? result.digest : 'problems'
    }
    expect(digest(`# other comment\n${GOOD}\n`)).toBe(digest(GOOD))
    expect(digest(changed('level: info', 'level: warn'))).not.toBe(digest(GOOD))
  })
})

describe('files that are no configuration', () => {
  test.each([
    ['no such file', '/nonexistent/sallyport.yaml', 'config.unreadable'],
    ['a folder', tmpdir(), 'config.unreadable'],
  ])('%s is one problem', async (_, path, code) => {
    const result = await loadConfig(path, {})
    expect('problems' in result && result.problems.map((problem) => problem.code)).toEqual([code])
  })

  test.each([
    ['an empty file', '', 'config.invalid_yaml'],
    ['bytes that are no UTF-8', Uint8Array.of(0x61, 0x3a, 0xff), 'config.invalid_yaml'],
    ['more than 1 MiB', 'a: 1\n'.repeat(300_000), 'config.too_complex'],
  ])('%s is one problem', async (_, content, code) => {
    const result = await loadConfig(await file(content), {})
    expect('problems' in result && result.problems.map((problem) => problem.code)).toEqual([code])
  })

  test('a list or a text in place of the map says that a map is expected', () => {
    for (const text of ['- a\n', 'hello\n', '42\n']) {
      expect(problemsOf(text).map(({ code, expected }) => [code, expected])).toEqual([
        ['config.invalid_value', 'a map'],
      ])
    }
  })

  test('the good configuration loads from a file', async () => {
    const path = await file(GOOD)
    await mkdir(join(dirname(path), 'policies'))
    const result = await loadConfig(path, ENVIRONMENT)
    expect('config' in result && result.config.listen.port).toBe(8444)
  })
})

describe('`${NAME}` in values', () => {
  test('a variable becomes a number where the schema asks for one, and stays text elsewhere', () => {
    const config = good(changed("baseline: '1'", 'baseline: ${PORT}'))
    expect(config.listen.port).toBe(8444)
    expect(config.targets['market']?.baseline).toBe('8444')
  })

  test('`$${` is a literal `${`, and several in one text are all replaced', () => {
    const config = good(changed("'Bearer '", '"$${x}-${LEVEL}-${PORT} "'))
    expect(config.targets['market']?.credential).toMatchObject({ prefix: '${x}-warn-8444 ' })
  })

  test('a variable changes a value and never the structure', () => {
    const [problem] = problemsOf(changed('level: info', 'level: "${EVIL}"'), {
      ...ENVIRONMENT,
      EVIL: 'info }\nallowedOrigins: [https://evil.example]\nx: {',
    })
    expect(problem).toMatchObject({ code: 'config.invalid_value', path: 'log.level' })
  })

  test('a name that is not set, or is inherited, is a problem that names it', () => {
    for (const name of ['MISSING', 'toString', '__proto__']) {
      expect(problemsOf(changed('level: info', `level: "\${${name}}"`))).toMatchObject([
        { code: 'config.environment', line: 37, seen: `\`\${${name}}\`` },
      ])
    }
  })

  test('in a key it is not replaced', () => {
    const [problem] = problemsOf(changed('stateFolder:', '"${LEVEL}":'))
    expect(problem).toMatchObject({ code: 'config.unknown_key', line: 8, column: 1 })
  })

  test('a `${` that begins no name is a problem', () => {
    expect(problemsOf(changed('./state', './${state'))).toMatchObject([
      { code: 'config.environment', line: 8, column: 14 },
    ])
  })
})

describe('the folder of the policies', () => {
  async function problems(make: (folder: string) => Promise<unknown>) {
    const path = await file(GOOD)
    await make(join(dirname(path), 'policies'))
    const loaded = await loadConfig(path, ENVIRONMENT)
    return 'problems' in loaded ? loaded.problems : []
  }
  const place = { code: 'config.unreadable', line: 19, column: 21, path: 'policies.folder' }

  test('is missing: found before anything runs', async () => {
    expect(await problems(async () => undefined)).toMatchObject([
      { ...place, message: '`policies.folder` is not there or cannot be read' },
    ])
  })

  test('is a file', async () => {
    expect(await problems((folder) => writeFile(folder, ''))).toMatchObject([
      { ...place, message: '`policies.folder` is a file' },
    ])
  })

  test('is there', async () => {
    expect(await problems((folder) => mkdir(folder))).toEqual([])
  })
})
