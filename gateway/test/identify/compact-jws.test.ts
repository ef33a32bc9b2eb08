// parseCompactJws: structure and header of a compact JWS (RFC 7515 §7.1), refused before a key is looked for.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCompactJws } from '../../src/identify/compact-jws.ts'
import { isRefusal } from '../../src/refusal.ts'
import { encode } from './world.ts'

const header = encode({ alg: 'ES256', kid: 'k', typ: 'at+jwt' })
const token = `${header}.e30.AAAA`
const refused = { refused: 'identify.malformed_token' }

test('RFC 7515 §7.1: three segments come out decoded, with what was signed', () => {
  expect(parseCompactJws(token)).toEqual({
    algorithm: 'ES256',
    keyId: 'k',
    type: 'at+jwt',
    payload: Buffer.from('{}'),
    signingInput: Buffer.from(`${header}.e30`),
    signature: Buffer.alloc(3),
  })
})

describe('J-12: base64url that is not canonical', () => {
  test.each([
    ['padding', `${header}.e30=.AAAA`],
    ['the alphabet of base64', `${header}.e30.++//`],
    ['trailing bits', `${header}.e31.AAAA`],
    ['trailing bits in the signature', `${header}.e30.AB`],
    ['a length that no bytes have', `${header}.e30.AAAAA`],
    ['white space', `${header}.e30 .AAAA`],
    ['a line feed at the end', `${token}\n`],
    ['letters of other scripts', `${header}.e30.АААА`],
    ['an empty payload', `${header}..AAAA`],
    ['an empty signature', `${header}.e30.`],
    ['four segments', `${token}.AAAA`],
    ['a JSON serialisation', '{"payload":"e30"}'],
  ])('%s is refused', (_name, text) => {
    expect(parseCompactJws(text)).toMatchObject(refused)
  })

  test('a token that is accepted is the only text of its bytes', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ .'
    fc.assert(
      fc.property(
        fc.nat(token.length - 1),
        fc.constantFrom(...Array.from(alphabet)),
        (at, letter) => {
          const changed = token.slice(0, at) + letter + token.slice(at + 1)
          const parsed = parseCompactJws(changed)
          if (isRefusal(parsed)) return
          const again = `${parsed.signingInput.toString()}.${parsed.signature.toString('base64url')}`
          expect(again).toBe(changed)
        },
      ),
    )
  })
})

describe('the header', () => {
  test.each([
    ['RFC 7515 §4.1.11: crit', '{"alg":"ES256","crit":["exp"],"exp":1}'],
    ['RFC 7515 §4.1.11: empty crit', '{"alg":"ES256","crit":[]}'],
    ['RFC 7797 §3: b64', '{"alg":"ES256","b64":false}'],
    ['J-13: enc', '{"alg":"RSA-OAEP","enc":"A256GCM"}'],
    ['J-13: zip', '{"alg":"ES256","zip":"DEF"}'],
    ['J-10: alg twice', '{"alg":"none","alg":"ES256"}'],
    ['J-10: alg twice, once escaped', '{"alg":"ES256","\\u0061lg":"none"}'],
    ['RFC 7515 §4.1.1: no alg', '{"kid":"k"}'],
    ['RFC 7515 §4.1.1: alg is a number', '{"alg":256}'],
    ['RFC 7515 §4.1.4: kid is a number', '{"alg":"ES256","kid":1}'],
    ['RFC 7515 §4.1.9: typ is null', '{"alg":"ES256","typ":null}'],
    ['no object', '[]'],
    ['no JSON', 'alg'],
    ['J-03: more than 1 KiB', JSON.stringify({ alg: 'ES256', kid: 'k'.repeat(1024) })],
  ])('%s is refused', (_name, text) => {
    expect(parseCompactJws(`${encode(text)}.e30.AAAA`)).toMatchObject(refused)
  })
})
