// Where our verifier refuses a Wycheproof vector that the file calls valid, and why that is wanted. No vector
// that is invalid is accepted. Every entry must still deviate: one that has come to be accepted fails the test.

export type Deviation = { readonly tests: readonly number[]; readonly reason: string }

const NO_SECRETS =
  'HMAC is never accepted: whoever could verify such a token could make one (RFC 8725 §2.1)'
const FOUR_ALGORITHMS =
  'RS256, PS256, ES256 and EdDSA are accepted; no other has come up at an identity provider'

/** Of `json_web_signature_test.json`. */
export const SIGNATURE_DEVIATIONS: readonly Deviation[] = [
  { tests: [1, 348, 352, 357, 358, 359, 376, 377], reason: NO_SECRETS },
  {
    tests: [265, 266, 267, 269, 270, 271, 321, 322, 323, 326, 327, 328, 346, 347, 350, 351],
    reason: FOUR_ALGORITHMS,
  },
  {
    tests: [259, 264, 268, 272, 320, 325],
    reason: 'an empty payload holds no claims, so an empty segment is refused unread',
  },
  {
    tests: [372, 373],
    reason:
      'a character outside of base64url is refused and not skipped (RFC 7515 §2); the file calls it valid because some decoders skip it',
  },
]

/** Of `json_web_key_test.json`. */
export const KEY_DEVIATIONS: readonly Deviation[] = [{ tests: [2, 13, 14, 15], reason: NO_SECRETS }]
