// checkTimes: integers within bounds (RFC 7519 §4.1.4–6, RFC 9068 §2.2; attacks J-09; promise F-12).
import { describe, expect, test } from 'vitest'
import { readJson } from '../../src/json/read.ts'
import type { JsonObject } from '../../src/json/value.ts'
import { claimsOf } from '../../src/identify/claims.ts'
import { checkTimes } from '../../src/identify/token-times.ts'

const NOW = 1_800_000_000

function check(text: string, now = NOW) {
  const read = readJson(Buffer.from(text), { depth: 4, nodes: 16, numberLength: 400 })
  if (!('value' in read)) return read
  return checkTimes(claimsOf(read.value as JsonObject), now)
}
const invalid = { refused: 'identify.invalid_claims' }

test('RFC 7519 §4.1: good times come out as seconds', () => {
  expect(check(`{"iat":${NOW},"exp":${NOW + 60},"nbf":${NOW}}`)).toEqual({
    issuedAtSeconds: NOW,
    expiresAtSeconds: NOW + 60,
  })
})

describe('F-12: leeway', () => {
  test.each([
    ['expired for 59 s', -59, undefined],
    ['expired for 61 s', -61, 'identify.token_expired'],
  ])('%s', (_name, offset, refused) => {
    const answer = check(`{"iat":${NOW - 600},"exp":${NOW + offset}}`)
    expect('refused' in answer ? answer.refused : undefined).toBe(refused)
  })

  test.each([
    ['issued in 59 s', 'iat', 59, undefined],
    ['issued in 61 s', 'iat', 61, 'identify.token_not_yet_valid'],
    ['valid in 59 s', 'nbf', 59, undefined],
    ['valid in 61 s', 'nbf', 61, 'identify.token_not_yet_valid'],
  ])('%s', (_name, claim, offset, refused) => {
    const times = { iat: NOW, exp: NOW + 600, [claim]: NOW + offset }
    const answer = check(JSON.stringify(times))
    expect('refused' in answer ? answer.refused : undefined).toBe(refused)
  })
})

describe('J-09: exp and iat', () => {
  test.each([
    ['missing', ''],
    ['9999', '"exp":9999,'],
    ['1e308', '"exp":1e308,'],
    ['1e400', '"exp":1e400,'],
    ['a float', `"exp":${NOW + 60}.5,`],
    ['a float with nothing behind the point', `"exp":${NOW + 60}.0,`],
    ['an exponent', '"exp":1.8e9,'],
    ['a string', `"exp":"${NOW + 60}",`],
    ['negative', '"exp":-1,'],
    ['null', '"exp":null,'],
    ['an array', `"exp":[${NOW + 60}],`],
    ['beyond exact integers', '"exp":9007199254740993,'],
    ['equal to iat', `"exp":${NOW},`],
    ['more than a day after iat', `"exp":${NOW + 86_401},`],
  ])('exp %s is refused', (_name, exp) => {
    const answer = check(`{${exp}"iat":${NOW}}`)
    expect(answer).toSatisfy((seen: object) => 'refused' in seen || 'failure' in seen)
  })

  test('iat missing or of another type, and nbf of another type, are refused', () => {
    expect(check(`{"exp":${NOW + 60}}`)).toMatchObject(invalid)
    expect(check(`{"exp":${NOW + 60},"iat":"x"}`)).toMatchObject(invalid)
    expect(check(`{"exp":${NOW + 60},"iat":${NOW},"nbf":"x"}`)).toMatchObject(invalid)
    expect(check(`{"exp":${NOW + 60},"iat":${NOW},"nbf":null}`)).toMatchObject(invalid)
  })
})
