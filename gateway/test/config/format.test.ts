import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { describe, expect, test } from 'vitest'
import { formatConfig } from '../../src/config/format.ts'
import { parseConfig } from '../../src/config/load.ts'
import { ENVIRONMENT, GOOD } from './sample-config.ts'

const FILE = '/etc/sallyport/sallyport.yaml'
function format(text: string): string {
  const formatted = formatConfig(text, FILE)
  if ('problems' in formatted) throw new Error(JSON.stringify(formatted.problems))
  return formatted.text
}
const digest = (text: string) => {
  const loaded = parseConfig(text, FILE, ENVIRONMENT)
  return 'digest' in loaded ? loaded.digest : JSON.stringify(loaded.problems)
}

const UGLY = `# yaml-language-server: $schema=./sallyport.schema.json

# before the first key
publicUrl:   https://gate.acme.example   # after a value
listen:
      port:    \${PORT}


      # inside a map
      host: 127.0.0.1
authorization: {mode: external,issuers: [ {issuer: "https://login.acme.example",profile: rfc9068} ]}
policies: {folder:   ./policies}
targets:
  market:   &market {kind: mcp, url: 'https://market.example/mcp',
    # inside braces
    tools: {a: {audit: [ /one,/two ]}}}
  # after the last entry
# at the end
`

describe('ux §2: `config fmt`', () => {
  test('spaces, indentation and lists have one form', () => {
    const text = format(UGLY)
    expect(text).toContain('publicUrl: https://gate.acme.example # after a value\n')
    expect(text).toContain('\n  port: ${PORT}\n')
    expect(text).toContain('[{ issuer: "https://login.acme.example", profile: rfc9068 }]')
    expect(text).toContain('audit: [/one, /two]')
    expect(text).not.toMatch(/\n\n\n/)
  })

  test('every comment is kept, and the first line stays the first', () => {
    const text = format(UGLY)
    const comments = UGLY.match(/# .*/g) ?? []
    for (const comment of comments) expect(text).toContain(comment)
    expect(text.split('\n')[0]).toBe(UGLY.split('\n')[0])
  })

  test('what is in form stays as it is', () => {
    expect(format(format(UGLY))).toBe(format(UGLY))
    expect(format(GOOD)).toBe(GOOD)
  })

  test('the configuration is the same, references to the environment among it', () => {
    expect(digest(format(UGLY))).toBe(digest(UGLY))
    expect(digest(UGLY)).toMatch(/^[0-9a-f]{64}$/)
  })

  test('numbers and texts keep what was written: a version is no number', () => {
    const text = 'a: 1.10\nb: "8443"\nc: 0x1f\nd: 1e3\ne: \'yes\'\nf: 0o17\ng: ~\nh: -0.0\n'
    expect(format(text)).toBe(text.replace('1e3', '1e+3'))
  })

  test('any tree means the same afterwards, in whatever style it was written', () => {
    const key = fc
      .string({ minLength: 1, maxLength: 6 })
      .filter((name) => !(name in Object.prototype))
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      ),
    }))
    fc.assert(
      fc.property(
        fc.dictionary(key, tree),
        fc.constantFrom('any', 'block', 'flow'),
        (value, style) => {
          // It throws where the text would mean something else.
          const text = stringify(value, { collectionStyle: style, lineWidth: 20 })
          const once = format(text)
          expect(format(once)).toBe(once)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('P-05: a file that is no plain document is refused with its place, and no value is shown', () => {
    const formatted = formatConfig('a: [1\npassword: hunter2\nb: !!js x\n', FILE)
    expect('problems' in formatted && formatted.problems.length).toBeGreaterThan(0)
    expect(JSON.stringify(formatted)).not.toContain('hunter2')
  })

  test('a reference that the environment lacks is no matter of the form', () => {
    expect(format('a:  ${NOT_SET}\n')).toBe('a: ${NOT_SET}\n')
  })

  test('pages of the documentation show what `fmt` would write', () => {
    const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')
    const [, text = ''] = /```yaml [^\n]*\n([\s\S]*?)```/.exec(page) ?? []
    expect(text).toContain('publicUrl')
    expect(format(text)).toBe(text)
  })
})
