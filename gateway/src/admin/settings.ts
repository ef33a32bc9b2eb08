// The slice of the configuration for operators: which tag of the access token names a person's roles, and which of
// its values give which role. Without it nobody has a role, and orders that need one are refused.
import { z } from 'zod'

/** As a tag holds it: `|` parts the values of one that has several. */
const value = z
  .string()
  .regex(/^[^|]{1,256}$/)
  .meta({ 'x-expected': 'a value of the claim, without `|`' })

/** The name of a role, as `@approval("…")` of a policy writes it. */
export const roleName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/)
  .meta({ 'x-expected': 'lower-case letters, digits and hyphens' })

export const operatorSettings = z
  .strictObject({
    claim: z
      .string()
      .min(1)
      .max(128)
      .default('groups')
      .describe('the tag that names the roles, as `tags` of the issuer maps it'),
    roles: z
      .record(roleName, z.array(value).min(1))
      .describe(
        'role to values of the claim. `approver` decides what waits for approval, `admin` gives orders, `auditor` reads; `@approval("…")` of a policy may name roles of your own',
      ),
  })
  .describe(
    'who may give orders that need a role, by their own access token; absent: nobody has one',
  )

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T
export type OperatorSettings = DeepReadonly<z.output<typeof operatorSettings>>
