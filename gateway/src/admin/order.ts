// What orders at the operator's socket have in common: a body that is checked, and an issuer that need not be named
// where there is one.
import type { z } from 'zod'

/** Orders by their path at the socket. */
export type Orders = ReadonlyMap<string, (order: unknown) => Promise<object>>

/** The order in its own shape; throws, with everything that is wrong with it. */
export function parseOrder<Schema extends z.ZodType>(
  schema: Schema,
  order: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(order)
  if (parsed.success) return parsed.data
  throw new Error(
    parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  )
}

/** The issuer that was named, or the only one; throws where that is none of these. */
export function onlyIssuer(issuers: readonly string[], named: string | undefined): string {
  if (named !== undefined) {
    if (issuers.includes(named)) return named
    throw new Error(`\`${named}\` is no issuer of this gateway; there are: ${issuers.join(', ')}`)
  }
  const [only] = issuers
  if (only === undefined || issuers.length > 1) {
    throw new Error(`there are several issuers, name one: ${issuers.join(', ')}`)
  }
  return only
}
