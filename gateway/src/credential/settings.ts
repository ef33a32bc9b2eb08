// The slice of the configuration for what the gateway shows of itself to one target: nothing, or a static
// secret by reference. The caller's token is never among the choices.
import { z } from 'zod'
import { secretReference } from '../secrets/reference.ts'

/** Headers that the connector itself writes, or that would change the framing of the request. */
const RESERVED =
  /^(host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|accept|keep-alive|proxy-.*|mcp-.*|traceparent|tracestate)$/i

const header = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/)
  .refine((name) => !RESERVED.test(name), {
    error: 'is a header that the gateway writes itself',
    params: {
      expected: 'a header of the target for credentials, such as `authorization` or `x-api-key`',
      fix: 'use the header in which the target expects its credential',
    },
  })
  .toLowerCase()
  .describe('name of the header that carries the secret')
  .meta({ 'x-expected': 'a header name (RFC 9110 §5.1)' })

export const credentialSettings = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none').describe('the target asks for no credential') }),
  z.strictObject({
    kind: z.literal('secret').describe('a static secret goes into one header'),
    header: header.default('authorization'),
    prefix: z
      .string()
      .regex(/^[\x20-\x7e]{0,64}$/)
      .default('')
      .describe('text in front of the secret, such as `"Bearer "`')
      .meta({ 'x-expected': 'at most 64 printable ASCII characters' }),
    secret: secretReference.describe('where the secret lies'),
  }),
])

export type CredentialSettings = Readonly<z.output<typeof credentialSettings>>
