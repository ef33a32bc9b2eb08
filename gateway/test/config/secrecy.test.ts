import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderProblems } from '../../src/config/render-problems.ts'
import { showConfig } from '../../src/config/show.ts'
import { changed, ENVIRONMENT, GOOD, good, problemsOf } from './sample-config.ts'

const CANARY = 'hunter2canary'

function everything(text: string): string {
  const problems = problemsOf(text, { ...ENVIRONMENT, CANARY })
  expect(problems).not.toEqual([])
  return JSON.stringify(problems) + renderProblems(problems, false)
}

describe('P-05: no problem quotes a secret', () => {
  test.each([
    ['as a value in place of a reference', changed('{ file: ./market.key }', CANARY)],
    ['as an alias of nothing', changed('{ file: ./market.key }', `*${CANARY}`)],
    ['as an anchor', changed('{ file: ./market.key }', `&${CANARY}`)],
    ['as an anchor of a key', changed('{ file: ./market.key }', `&${CANARY}: x`)],
    ['as an anchor in a list', changed('{ file: ./market.key }', `[ &${CANARY} ]`)],
    ['as a tag', changed('{ file: ./market.key }', `!${CANARY}`)],
    ['as a tag of the core', changed('{ file: ./market.key }', `!!${CANARY}`)],
    ['as a tag in a list', changed('{ file: ./market.key }', `[x,!${CANARY} ]`)],
    ['as a tag in full', changed('{ file: ./market.key }', `!<${CANARY}>`)],
    ['in quotes', changed('{ file: ./market.key }', `"${CANARY}"`)],
    ['over several lines', changed('{ file: ./market.key }', `|\n        ${CANARY}\n        x`)],
    ['under a misspelt key', changed('secret: {', `secrt: ${CANARY}, x: {`)],
    [
      'under an unknown key with an innocent name',
      changed('kind: none', `kind: none, note: ${CANARY}`),
    ],
    ['beside a mistake on the same line', changed('kind: none', `kind: nne, password: ${CANARY}`)],
    ['inside a reference', changed('{ file: ./market.key }', `{ value: ${CANARY} }`)],
    ['as text in place of a map', changed('credential:\n', `credential: ${CANARY}\n    x:\n`)],
    ['as the private key', changed('{ file: ./tls.key }', CANARY)],
    ['as text in place of TLS', changed(/\{ certificate.*$/m, CANARY)],
    ['as user information of a URL', changed('http://127', `http://u:${CANARY}@127`)],
    ['as an authorization value', changed('level: info', `level: "Bearer ${CANARY}"`)],
    ['out of the environment', changed('level: info', 'level: "${CANARY}"')],
    ['in a comment beside a mistake', changed('level: info }', `level: loud } # ${CANARY}`)],
    ['with broken syntax behind it', changed('{ file: ./market.key }', `${CANARY} : : {`)],
    ['with broken syntax and an innocent key', changed('./state', `{ token: ${CANARY}`)],
    ['with an open quote', changed('{ file: ./market.key }', `"${CANARY}`)],
    ['as a JWT in any place', changed('level: info', `level: eyJhbGciOiJub25l.${CANARY}.x`)],
  ])('%s', (_, text) => {
    expect(everything(text)).not.toContain(CANARY)
  })

  test('whatever else is wrong with the file', () => {
    const withSecret = GOOD.replace('{ file: ./market.key }', CANARY)
    const at = withSecret.indexOf(CANARY)
    fc.assert(
      fc.property(
        fc.nat(withSecret.length),
        fc.constantFrom(
          '{',
          '}',
          '[',
          ']',
          '"',
          "'",
          ':',
          ' ',
          '\n',
          '\t',
          '&',
          '!',
          '&a ',
          '*a',
          '!x ',
          '# ',
          '- ',
          '|',
          '%',
          '\u0000',
        ),
        (position, noise) => {
          // Noise inside the secret splits it; what is left of it is not the secret.
          fc.pre(position <= at || position >= at + CANARY.length)
          const text = withSecret.slice(0, position) + noise + withSecret.slice(position)
          expect(everything(text)).not.toContain(CANARY)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('`config show`', () => {
  test('shows references and resolved defaults', () => {
    const text = showConfig(good())
    expect(text).toContain('file: /etc/sallyport/market.key')
    expect(text).toContain('totalMs: 100000')
  })

  test('redacts what looks like a secret all the same', () => {
    expect(showConfig(good(changed("'Bearer '", `'Bearer ${CANARY} '`)))).not.toContain(CANARY)
  })
})
