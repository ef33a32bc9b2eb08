// What a test or a demonstration may do to the provider while it runs: rotate keys, take the JWKS away, shift
// the clock that it shows, disable people, sign anything. Exists only when the provider starts with `controls`.
import { signToken, type SigningKey } from './keys.ts'

/** How the JWKS endpoint answers. */
export type JwksState = 'up' | 'unavailable' | 'garbage' | 'empty' | 'hangs' | 'resets'

export type ProviderState = {
  jwks: JwksState
  /** Added to the `Date` header of every answer. */
  dateOffsetSeconds: number
  readonly disabled: Set<string>
  /** Requests seen, by path. */
  readonly seen: Map<string, number>
}

export type Controls = {
  readonly setJwks: (state: JwksState) => void
  readonly setDateOffset: (seconds: number) => void
  /** Signs with a new key from now on; the old one stays published unless `keepOld` is false. */
  readonly rotateKey: (options?: { readonly keepOld?: boolean }) => Promise<{ kid: string }>
  readonly disablePerson: (username: string) => void
  readonly enablePerson: (username: string) => void
  readonly addResource: (resource: string) => void
  /** A token over any claims and header members, signed with the present key. */
  readonly mintToken: (claims: object, header?: object) => string
  readonly seen: () => Readonly<Record<string, number>>
}

export type ControlParts = {
  readonly state: ProviderState
  readonly signingKey: () => SigningKey
  readonly rotate: (keepOld: boolean) => Promise<SigningKey>
  readonly addResource: (resource: string) => void
}

export function createControls(parts: ControlParts): Controls {
  const { state } = parts
  return {
    setJwks: (jwks) => {
      state.jwks = jwks
    },
    setDateOffset: (seconds) => {
      state.dateOffsetSeconds = seconds
    },
    rotateKey: async (options) => ({ kid: (await parts.rotate(options?.keepOld ?? true)).kid }),
    disablePerson: (username) => {
      state.disabled.add(username)
    },
    enablePerson: (username) => {
      state.disabled.delete(username)
    },
    addResource: parts.addResource,
    mintToken: (claims, header) => signToken(parts.signingKey(), claims, header),
    seen: () => Object.fromEntries(state.seen),
  }
}
