// How the configuration names a secret: by file or by environment variable, never by value (P-05, P-07).
// The slice of every setting that is a secret; resolve.ts reads what it names.
import { z } from 'zod'

const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

const fileReference = z.strictObject({
  file: z
    .string()
    .min(1)
    .describe('path of the file, relative to the configuration file')
    .meta({ 'x-path': true }),
})

const environmentReference = z.strictObject({
  env: z.string().regex(ENVIRONMENT_NAME).describe('name of the environment variable'),
})

export const secretReference = z.union([fileReference, environmentReference]).meta({
  'x-secret': true,
  'x-expected': 'a reference: `{ file: <path> }` or `{ env: <NAME> }`',
  'x-fix': 'put the value into a file that only the gateway may read, and name the file here',
})

/** Where a secret lies. File paths are absolute once the configuration is loaded. */
export type SecretRef =
  { readonly file: string; readonly env?: never } | { readonly env: string; readonly file?: never }
