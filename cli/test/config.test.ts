// `config fmt`, `config diff` and `config migrate` as commands: what they write, print and end with.
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sallyport } from './world/test-terminal.ts'

const CONFIG = `# ours
publicUrl:   http://127.0.0.1:8443
authorization: { mode: external, issuers: [{ issuer: https://login.acme.example, profile: rfc9068 }] }
policies: { folder: . }
`
const FORMED = CONFIG.replace(':   ', ': ')

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-config-'))
  file = join(folder, 'sallyport.yaml')
  writeFileSync(file, CONFIG)
})
afterEach(() => rmSync(folder, { recursive: true }))
const text = () => readFileSync(file, 'utf8')

describe('config fmt', () => {
  test('--check writes nothing and ends with 65; without it the file is written, and then 0', async () => {
    const checked = await sallyport(['config', 'fmt', '--check', '--config', file])
    expect(checked).toMatchObject({ code: 65, out: '' })
    expect(text()).toBe(CONFIG)
    expect((await sallyport(['config', 'fmt', '--config', file])).code).toBe(0)
    expect(text()).toBe(FORMED)
    expect((await sallyport(['config', 'fmt', '--check', '--config', file])).code).toBe(0)
  })

  test('rights stay, and where the path is a link the file behind it is written', async () => {
    chmodSync(file, 0o640)
    const link = join(folder, 'link.yaml')
    symlinkSync(file, link)
    expect((await sallyport(['config', 'fmt', '--config', link])).code).toBe(0)
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(statSync(file).mode & 0o777).toBe(0o640)
    expect(text()).toBe(FORMED)
  })

  test('`-` reads standard input and writes standard output', async () => {
    const { code, out } = await sallyport(['config', 'fmt', '--config', '-'], { input: CONFIG })
    expect({ code, out }).toEqual({ code: 0, out: FORMED })
  })

  test('--json says what was done', async () => {
    const { out } = await sallyport(['config', 'fmt', '--config', file, '--json'])
    expect(JSON.parse(out)).toEqual({ file, changed: true, written: true })
  })

  test('a file that is no YAML ends with 78 and stays; one that is not there with 66', async () => {
    writeFileSync(file, 'a: [')
    const { code, note } = await sallyport(['config', 'fmt', '--config', file])
    expect(code).toBe(78)
    expect(note).toContain('config.invalid_yaml')
    expect(text()).toBe('a: [')
    expect((await sallyport(['config', 'fmt', '--config', join(folder, 'none')])).code).toBe(66)
  })
})

describe('config diff', () => {
  test('says in words what changes, and --json gives the same', async () => {
    const next = join(folder, 'next.yaml')
    writeFileSync(
      next,
      `${CONFIG}targets: { market: { kind: mcp, url: https://m.example/mcp } }\nlog: { level: warn }\n`,
    )
    const { code, out } = await sallyport(['config', 'diff', file, next])
    expect(code).toBe(0)
    expect(out).toMatch(/^More is possible\n {2}targets\.market: the target market is new/)
    expect(out).toMatch(/\nIt is otherwise\n {2}log\.level: .* \(at the next start\)\n$/)
    const { changes } = JSON.parse(
      (await sallyport(['config', 'diff', file, next, '--json'])).out,
    ) as { changes: { path: string; effect: string }[] }
    expect(changes.map(({ path, effect }) => [path, effect])).toEqual([
      ['targets.market', 'opens'],
      ['log.level', 'changes'],
    ])
  })

  test('the same configuration in another form changes nothing for anybody', async () => {
    const next = join(folder, 'next.yaml')
    writeFileSync(next, FORMED)
    expect((await sallyport(['config', 'diff', file, next])).out).toBe(
      'nothing changes for anybody\n',
    )
  })

  test('one that cannot be loaded ends with 78', async () => {
    expect((await sallyport(['config', 'diff', join(folder, 'none'), file])).code).toBe(78)
  })
})

describe('config migrate', () => {
  test('shows the difference and writes nothing; --write writes it, and then there is none', async () => {
    const { code, out, note } = await sallyport(['config', 'migrate', '--config', file])
    expect(code).toBe(0)
    expect(out).toContain('+ version: 1\n')
    expect(note).toContain('nothing was written')
    expect(text()).toBe(CONFIG)
    await sallyport(['config', 'migrate', '--config', file, '--write'])
    expect(text()).toBe(CONFIG.replace('publicUrl', 'version: 1\npublicUrl'))
    const again = await sallyport(['config', 'migrate', '--config', file, '--write', '--json'])
    expect(JSON.parse(again.out)).toMatchObject({ diff: '', written: false, unmarked: false })
  })

  test('a file that is no configuration, or of a newer program, ends with 78 and stays', async () => {
    for (const wrong of ['nonsense: 1\n', `version: 9\n${CONFIG}`]) {
      writeFileSync(file, wrong)
      expect((await sallyport(['config', 'migrate', '--config', file, '--write'])).code).toBe(78)
      expect(text()).toBe(wrong)
    }
  })
})
