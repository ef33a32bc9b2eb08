import { describe, expect, test } from 'vitest'
import { readYaml } from '../../src/config/read-yaml.ts'
import { GOOD, problemsOf } from './sample-config.ts'

const codes = (text: string): readonly string[] =>
  readYaml(text, {}).findings.map(({ code }) => code)

describe('P-05: the YAML reader', () => {
  test.each([
    ['a custom tag', 'a: !js/function "x"\n'],
    ['a binary tag', 'a: !!binary aGVsbG8=\n'],
    ['a timestamp tag', 'a: !!timestamp 2026-01-01\n'],
    ['a set', 'a: !!set { x }\n'],
    ['a directive for YAML 1.1', '%YAML 1.1\n---\na: yes\n'],
    ['a directive for tags', '%TAG ! tag:example.com,2000:\n---\na: 1\n'],
    ['a second document', 'a: 1\n---\nb: 2\n'],
    ['a key that is a list', '? [a, b]\n: 1\n'],
    ['an alias without its anchor', 'a: *b\n'],
    ['a key that occurs twice', 'a: 1\na: 2\n'],
    ['a tab as indentation', 'a:\n\tb: 1\n'],
    ['an open quote', 'a: "b\n'],
  ])('%s is refused', (_, text) => {
    expect(codes(text)).toContain('config.invalid_yaml')
  })

  test('words of YAML 1.1 are texts: yes, no, on, off, octals, sexagesimals, `<<`', () => {
    const { tree } = readYaml(
      'a: [yes, no, on, off, 0o17, 017, 12:30, 2026-01-01]\n<<: { b: 1 }\n',
      {},
    )
    expect(tree.value).toEqual({
      a: ['yes', 'no', 'on', 'off', 15, 17, '12:30', '2026-01-01'],
      '<<': { b: 1 },
    })
  })

  test('100 aliases are accepted, 101 are not', () => {
    const text = (count: number): string => `a: &a 1\nb: [${Array(count).fill('*a').join(', ')}]\n`
    expect(codes(text(100))).toEqual([])
    expect(codes(text(101))).toEqual(['config.too_complex'])
  })

  test('aliases within aliases count each time that they are expanded', () => {
    const level = (n: number): string =>
      `a${n}: &a${n} [${Array(9)
        .fill(`*a${n - 1}`)
        .join(', ')}]\n`
    const bomb = `a0: &a0 [x]\n${Array.from({ length: 9 }, (_, n) => level(n + 1)).join('')}`
    expect(codes(bomb)).toEqual(['config.too_complex'])
  })

  test('an anchor that contains itself is refused', () => {
    expect(codes('a: &a [*a]\n')).toEqual(['config.too_complex'])
  })

  test.each([40, 5_000, 100_000])('%d levels of nesting are refused, not followed', (depth) => {
    expect(codes(`a: ${'['.repeat(depth)}${']'.repeat(depth)}\n`)).toContain('config.too_complex')
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'the key `%s` is refused wherever it stands (P-06)',
    (name) => {
      for (const text of [`${name}: { a: 1 }\n${GOOD}`, GOOD.replace('  market:', `  ${name}:`)]) {
        expect(problemsOf(text)).toMatchObject([{ code: 'config.reserved_key' }])
      }
      expect(({} as Record<string, unknown>)['a']).toBeUndefined()
    },
  )
})
