// An issuer that writes tokens as a tenant of Entra does: the tenant is in the issuer's name and in the token.
import { startIssuer, type Claims } from './issuer.ts'

export const TENANT = '11111111-2222-3333-4444-555555555555'

export type EntraTenant = {
  /** Name of the issuer for this tenant, or another. */
  readonly issuerOf: (tenant: string) => string
  /** A line under `authorization.issuers`. */
  readonly configuration: string
  readonly token: (claims: Claims) => string
  readonly close: () => Promise<void>
}

export async function startEntraTenant(): Promise<EntraTenant> {
  const issuer = await startIssuer()
  const issuerOf = (tenant: string) => `${issuer.issuer}/${tenant}/v2.0`
  const iss = issuerOf(TENANT)
  return {
    issuerOf,
    configuration: `{ issuer: "${iss}", profile: entra, jwksUri: "${issuer.issuer}/jwks", audience: ["api://gate"], tags: { groups: groups }, allowInsecureIssuer: true }`,
    token: (claims) =>
      issuer.mint('api://gate', {
        header: { typ: 'JWT' },
        claims: {
          iss,
          tid: TENANT,
          oid: 'aaaaaaaa-0000-0000-0000-000000000001',
          azp: 'desk',
          ver: '2.0',
          scp: 'mcp',
          ...claims,
        },
      }),
    close: () => issuer.close(),
  }
}
