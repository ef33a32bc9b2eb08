// The slice of the configuration for one issuer (oauth §8): which profile, which algorithms, which audience,
// how claims become tags. Everything that relaxes a check has a name of its own and is off.
import { z } from 'zod'
import { proxyChoice, trustSettings } from '../net/outward-settings.ts'
import { ALGORITHMS } from './algorithms.ts'
import { PROFILES } from './profiles/profiles.ts'
import type { ProfileName } from './profiles/profiles.ts'

const PROFILE_NAMES = Object.keys(PROFILES) as [ProfileName, ...ProfileName[]]
const MAX_STALE_SECONDS = 86_400

/** Claims that differ from token to token: a principal made of them would never be met twice. */
const PER_TOKEN = new Set(['jti', 'exp', 'iat', 'nbf', 'uti', 'aio', 'auth_time'])

const claim = z
  .string()
  .regex(/^(\/([^~/]|~[01])+)+$|^[^/].*$/, 'is neither a claim name nor a JSON Pointer')
  .max(256)
  .refine((name) => !PER_TOKEN.has(name.replace(/^\//, '')), {
    error: 'differs from token to token',
    params: {
      expected: 'a claim about the person or the client',
      fix: 'name a claim that stays the same from token to token',
    },
  })
  .meta({ 'x-expected': 'the name of a claim, or a JSON Pointer such as `/realm_access/roles`' })

const text = z.string().min(1).max(1024)

export const issuerSettings = z
  .strictObject({
    issuer: text
      .refine(isIssuer, {
        error: 'is no issuer identifier',
        params: {
          expected: 'an absolute `https` URL without query and fragment (RFC 8414 §2)',
          fix: 'copy `issuer` from the metadata of the identity provider, byte for byte',
        },
      })
      .describe('issuer identifier; equal to `iss` of the tokens byte for byte'),
    profile: z.enum(PROFILE_NAMES).describe('how the access tokens of this identity provider look'),
    algorithms: z
      .array(z.enum(ALGORITHMS))
      .min(1)
      .optional()
      .describe('accepted signature algorithms; absent: those of the profile'),
    audience: z
      .array(text)
      .default([])
      .describe(
        'values of `aud` that stand for this gateway in addition to the resource that was called; each of them opens every endpoint',
      ),
    audienceBesides: z
      .array(text)
      .default([])
      .describe('values of `aud` that may stand beside ours, and never suffice'),
    audienceFrom: z
      .enum(['aud', 'client_id'])
      .default('aud')
      .describe(
        '`client_id`: a token without `aud` is accepted from the clients listed in `clients` (profile `cognito` only)',
      ),
    clients: z
      .array(text)
      .default([])
      .describe('the only OAuth clients whose tokens are accepted; empty: all of the issuer'),
    tags: z
      .record(
        z
          .string()
          .regex(/^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$/)
          .meta({ 'x-expected': 'a name of letters, digits and `_.:/-`' }),
        claim,
      )
      .default({})
      .describe(
        'what policies may read: tag name to claim. An array of strings becomes `|a|b|`, sorted; a value that contains `|` refuses the token',
      ),
    tenant: claim.optional().describe('the claim that holds the tenant'),
    machines: z
      .enum(['refuse', 'allow'])
      .default('refuse')
      .describe('tokens of the client credentials grant: refused by name, or accepted as clients'),
    agents: z
      .array(text)
      .default([])
      .describe('OAuth clients that are agents: people who come through them are seen as such'),
    jwksUri: text
      .refine((uri) => URL.parse(uri)?.hash === '', {
        error: 'is no URL',
        params: { expected: 'an absolute `https` URL' },
      })
      .optional()
      .describe('where the keys are; absent: found by discovery from the issuer'),
    staleIfErrorSeconds: z
      .int()
      .min(0)
      .max(MAX_STALE_SECONDS)
      .default(3600)
      .describe('how long keys outlive their freshness while the issuer cannot be reached'),
    allowInsecureIssuer: z
      .boolean()
      .default(false)
      .meta({ 'x-relaxation': true })
      .describe('plain http and private addresses for this issuer: for development'),
    allowAddresses: z
      .array(z.union([z.cidrv4(), z.cidrv6()]))
      .default([])
      .meta({ 'x-relaxation': true })
      .describe('private address ranges that this issuer may be in, as CIDR'),
    tls: trustSettings,
    proxy: proxyChoice,
  })
  .superRefine((settings, context) => {
    if (settings.audienceFrom === 'client_id' && settings.profile !== 'cognito') {
      complain(context, 'audienceFrom', 'is for the profile `cognito` alone', '`aud`')
    }
    if (settings.audienceFrom === 'client_id' && settings.clients.length === 0) {
      complain(context, 'clients', 'is empty', 'the client ids that stand for the audience')
    }
    for (const name of ['issuer', 'jwksUri'] as const) {
      if (settings[name]?.startsWith('http:') === true && !settings.allowInsecureIssuer) {
        complain(context, name, 'is plain http', 'https, or `allowInsecureIssuer: true`')
      }
    }
  })
  .describe('One trusted issuer')

export type IssuerSettings = DeepReadonly<z.output<typeof issuerSettings>>

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T

function complain(
  context: z.core.$RefinementCtx,
  member: string,
  message: string,
  expected: string,
): void {
  context.addIssue({ code: 'custom', path: [member], message, params: { expected } })
}

// MUST (RFC 8414 §2): no query, no fragment. The text stays as it is: it is compared, never normalised.
function isIssuer(issuer: string): boolean {
  const url = URL.parse(issuer)
  return (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    !/[?#\s]/.test(issuer)
  )
}
