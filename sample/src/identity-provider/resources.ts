// Resource indicators (RFC 8707): which audiences Acme's tokens may have. A token has exactly one; an unknown
// one is refused, and an absent one is filled in only where a single resource is known.
import { errors, type ResourceServer } from 'oidc-provider'

export const SCOPES = ['mcp', 'mcp:write'] as const
export const DEFAULT_SCOPE = 'mcp'

export type Resources = {
  /** The resource, described for the library; throws `invalid_target` for an unknown one. */
  readonly describe: (resource: string) => ResourceServer
  /** The resource of a request that names none. */
  readonly fallback: () => string
  readonly add: (resource: string) => void
}

export function createResources(initial: readonly string[], accessTokenSeconds: number): Resources {
  const known = new Set(initial.map(withoutSlash))
  return {
    describe: (resource) => {
      // Both slash forms are known, each is the audience as it was asked for; all else is exact (O-22).
      if (!known.has(withoutSlash(resource))) {
        throw new errors.InvalidTarget('resource is not known to this authorization server')
      }
      return {
        audience: resource,
        scope: SCOPES.join(' '),
        accessTokenFormat: 'jwt',
        accessTokenTTL: accessTokenSeconds,
        jwt: { sign: { alg: 'RS256' } },
      }
    },
    fallback: () => {
      const [only, ...others] = known
      if (only === undefined || others.length > 0) {
        throw new errors.InvalidTarget('resource is missing and there is no unambiguous default')
      }
      return only
    },
    add: (resource) => known.add(withoutSlash(resource)),
  }
}

/** RFC 6749 §3.3: a request that asks for no scope of the resource gets the default one. */
export function scopeWithDefault(requested: string | undefined): string {
  const asked = requested === undefined || requested === '' ? [] : requested.split(' ')
  const known: readonly string[] = SCOPES
  return asked.some((scope) => known.includes(scope))
    ? asked.join(' ')
    : [...asked, DEFAULT_SCOPE].join(' ')
}

function withoutSlash(resource: string) {
  return resource.endsWith('/') ? resource.slice(0, -1) : resource
}
