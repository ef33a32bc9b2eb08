import { expect, test } from 'vitest'
import { bearerChallenge, parseChallenges } from '../../src/oauth/challenge.ts'

test('RFC 9728 §5.1: resource_metadata, scope and error of a Bearer challenge are read', () => {
  const header =
    'Bearer error="invalid_token", error_description="expired", resource_metadata="https://h/.well-known/oauth-protected-resource/mcp", scope="a b"'
  expect(bearerChallenge(header)).toEqual({
    error: 'invalid_token',
    errorDescription: 'expired',
    resourceMetadata: 'https://h/.well-known/oauth-protected-resource/mcp',
    scope: 'a b',
  })
})

test('RFC 9110 §11.6.1: the Bearer challenge is found among others, and the scheme has no case', () => {
  const header =
    'Negotiate dG9rZW4=, Basic realm="a, Bearer b=c", bEARER scope=read , DPoP algs="ES256"'
  expect(parseChallenges(header).map(({ scheme }) => scheme)).toEqual([
    'negotiate',
    'basic',
    'bearer',
    'dpop',
  ])
  expect(bearerChallenge(header)?.scope).toBe('read')
})

test('RFC 9110 §5.6.4: quoted pairs are unescaped', () => {
  expect(bearerChallenge('Bearer error_description="a \\"b\\" \\\\ c"')?.errorDescription).toBe(
    'a "b" \\ c',
  )
})

test.each([
  ['', 'nothing'],
  ['Bearer', 'a bare scheme'],
  ['Bearer ', 'a bare scheme with a space'],
  ['Bearer, Basic realm="x"', 'a bare scheme and another'],
])('RFC 9110 §11.6.1: `%s` is parsed (%s)', (header) => {
  const challenge = bearerChallenge(header)
  expect(challenge?.scope).toBeUndefined()
  expect(challenge === undefined).toBe(header === '')
})

test('RFC 9110 §11.2: a parameter that occurs twice makes the header void', () => {
  expect(parseChallenges('Bearer scope="a", scope="b"')).toEqual([])
})

test.each([
  'Bearer scope="unterminated',
  '=x',
  'Bearer scope=a b c',
  `Bearer scope="${'x'.repeat(9000)}"`,
])('a header that does not parse is no challenge: %#', (header) => {
  expect(parseChallenges(header)).toEqual([])
  expect(bearerChallenge(header)).toBeUndefined()
})

test('no header is no challenge', () => {
  expect(bearerChallenge(null)).toBeUndefined()
})

test.each([
  ['Negotiate dG9rZW4=', ['negotiate']],
  ['Negotiate dG9rZW4', ['negotiate']],
  ['Negotiate dG9rZW4==', ['negotiate']],
  ['Negotiate dG9rZW4== , Bearer scope=a', ['negotiate', 'bearer']],
])('RFC 9110 §11.2: the token68 of `%s` is passed over', (header, schemes) => {
  expect(parseChallenges(header).map(({ scheme }) => scheme)).toEqual(schemes)
})

test('RFC 9110 §5.6.1.2: empty members of the list say nothing', () => {
  const header = ' , ,, Bearer scope="a" ,, ,error=b, ,'
  expect(parseChallenges(header)).toEqual([
    {
      scheme: 'bearer',
      parameters: new Map([
        ['scope', 'a'],
        ['error', 'b'],
      ]),
    },
  ])
})

test('RFC 9110 §5.6.4: any character can be quoted, a space and a tab too', () => {
  expect(bearerChallenge('Bearer scope="a\\ b\\\tc"')?.scope).toBe('a b\tc')
})

test('a header of 8192 characters is read, a longer one is none', () => {
  const header = (length: number) => `Bearer scope="${'x'.repeat(length - 15)}"`
  expect(header(8192)).toHaveLength(8192)
  expect(bearerChallenge(header(8192))?.scope).toHaveLength(8177)
  expect(bearerChallenge(header(8193))).toBeUndefined()
})
