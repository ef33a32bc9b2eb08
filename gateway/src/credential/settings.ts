// The slice of the configuration for what the gateway shows of itself to a target: nothing, or a static
// secret in one header. The secret is a reference; its value is read by obtain.ts when a call needs it.
import { z } from 'zod'
import { secretReference } from '../secrets/reference.ts'
import { isCredentialHeader, isPlainValue } from './header.ts'

export const credentialSettings = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none').describe('the target asks for none') }),
  z.strictObject({
    kind: z.literal('secret').describe('a static secret in one header'),
    header: z
      .string()
      .toLowerCase()
      .default('authorization')
      .refine(isCredentialHeader, {
        error: 'is no header for a credential',
        params: {
          expected: 'an end-to-end header name such as `authorization` or `x-api-key`',
          fix: 'use the header that the target documents',
        },
      })
      .describe('the header that carries it'),
    prefix: z
      .string()
      .max(64)
      .default('')
      .refine(isPlainValue, {
        error: 'has characters that a header cannot hold',
        params: { expected: 'printable ASCII', fix: 'write for example `"Bearer "`' },
      })
      .describe('what stands before the secret, such as `"Bearer "`'),
    secret: secretReference.describe('where the secret lies'),
  }),
])

export type CredentialSettings = Readonly<z.output<typeof credentialSettings>>
