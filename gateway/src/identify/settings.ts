// The slice of the configuration for one issuer of access tokens: whom to trust, by which token profile,
// and which claims become tags. Cross-field rules that need other slices lie in config/checks.ts.
import { z } from 'zod'

export const TOKEN_PROFILES = ['rfc9068', 'cognito', 'entra', 'okta', 'auth0', 'keycloak'] as const
/** Asymmetric algorithms alone: a symmetric one would make every verifier an issuer (RFC 8725 §3.1). */
export const SIGNATURE_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const

const claimPath = z
  .string()
  .min(1)
  .max(256)
  .describe('name of a claim, or a path of claim names')
  .meta({ 'x-expected': 'the path of a claim' })

export const issuerSettings = z.strictObject({
  issuer: z
    .string()
    .refine(isIssuer, {
      error: 'is no issuer identifier',
      params: {
        expected: 'an absolute https URL without query, fragment or credentials (RFC 8414 §2)',
        fix: 'write the issuer exactly as the `iss` claim of its tokens has it',
      },
    })
    .describe('issuer identifier, byte for byte as in the `iss` claim'),
  profile: z
    .enum(TOKEN_PROFILES)
    .describe('which rules its access tokens keep; `rfc9068` is the generic one'),
  algorithms: z
    .array(z.enum(SIGNATURE_ALGORITHMS))
    .min(1)
    .optional()
    .describe('accepted signature algorithms; absent: those of the profile'),
  audience: z
    .array(z.string().min(1))
    .default([])
    .describe('audiences that are accepted beside the resource itself'),
  audienceFrom: z
    .literal('client_id')
    .optional()
    .describe(
      'for `cognito`: tokens without audience are accepted from the client ids in `clients`',
    ),
  clients: z
    .array(z.string().min(1))
    .default([])
    .describe('the client ids that `audienceFrom: client_id` accepts'),
  tags: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/)
        .meta({
          'x-expected': 'a tag name: a letter, then letters, digits and `_`',
        }),
      claimPath,
    )
    .default({})
    .describe('tags that policies may read, each with the claim that it comes from'),
  tenant: claimPath.optional().describe('claim that holds the tenant'),
  machines: z
    .enum(['refuse', 'allow'])
    .default('refuse')
    .describe('whether tokens of machines (client credentials) are accepted'),
  agents: z
    .array(z.string().min(1))
    .default([])
    .describe('client ids that are agents acting for a person'),
  jwksUri: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where the keys are; absent: taken from the metadata of the issuer'),
  staleIfErrorSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(3600)
    .describe('how long known keys stay in use while the issuer does not answer'),
  allowInsecureIssuer: z
    .boolean()
    .default(false)
    .describe('accept plain http and private addresses for this issuer: development only')
    .meta({ 'x-relaxation': true }),
})

export type IssuerSettings = Readonly<z.output<typeof issuerSettings>>

function isIssuer(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return false
  return url.username === '' && url.password === '' && !/[?#\s]/.test(text)
}
