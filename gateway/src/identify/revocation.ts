// One revocation, as it lies in the store, and the index that a request is compared with. Tokens are named by
// issuer and `jti`, session, grant, client, or person with a time; never by their bytes (attacks J-22).
import { readJson } from '../json/read.ts'
import type { Identity } from './identity.ts'
import { isJsonObject } from '../json/raw-number.ts'

/**
 * `subject` refuses what goes back to a sign-in up to `issuedUntilSeconds`, refreshed tokens among it: a later sign-in
 * is good again. `client` refuses what was issued until then.
 */
export type Revocation =
  | { readonly by: 'jti' | 'sid' | 'grant'; readonly issuer: string; readonly value: string }
  | {
      readonly by: 'subject' | 'client'
      readonly issuer: string
      readonly value: string
      readonly issuedUntilSeconds: number
    }

/** What is compared of a token. */
export type RevocableToken = {
  readonly issuer: string
  readonly subject: string | undefined
  readonly jti: string | undefined
  readonly sid: string | undefined
  readonly grant: string | undefined
  readonly clientId: string
  readonly issuedAtSeconds: number
  /** When the person signed in (`auth_time`); where the issuer does not say, the time of issue. */
  readonly signedInAtSeconds: number
}

/** What of an identity a revocation is compared with. */
export function revocable(identity: Identity): RevocableToken {
  const { principal, jti, sid, grant, issuedAtSeconds, authTimeSeconds } = identity
  return {
    issuer: principal.issuer,
    subject: principal.kind === 'client' ? undefined : principal.subject,
    jti,
    sid,
    grant,
    clientId: principal.clientId,
    issuedAtSeconds,
    signedInAtSeconds: authTimeSeconds ?? issuedAtSeconds,
  }
}

type Seconds = Map<string, number>

export class RevocationIndex {
  /** By issuer and kind: value to the last second of issue that is refused; infinite without a time. */
  readonly #issuers = new Map<string, Record<Revocation['by'], Seconds>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(revocation: Revocation): void {
    const { issuer, by, value } = revocation
    let kinds = this.#issuers.get(issuer)
    if (kinds === undefined) {
      kinds = {
        jti: new Map(),
        sid: new Map(),
        grant: new Map(),
        subject: new Map(),
        client: new Map(),
      }
      this.#issuers.set(issuer, kinds)
    }
    const known = kinds[by].get(value)
    if (known === undefined) this.#size += 1
    kinds[by].set(value, Math.max(refusedUntil(revocation), known ?? 0))
  }

  refuses(token: RevocableToken): boolean {
    const kinds = this.#issuers.get(token.issuer)
    if (kinds === undefined) return false
    const issued = token.issuedAtSeconds
    return (
      covers(kinds.jti, token.jti, issued) ||
      covers(kinds.subject, token.subject, token.signedInAtSeconds) ||
      covers(kinds.sid, token.sid, issued) ||
      covers(kinds.grant, token.grant, issued) ||
      covers(kinds.client, token.clientId, issued)
    )
  }
}

function covers(seconds: Seconds, value: string | undefined, issuedAtSeconds: number): boolean {
  if (value === undefined || seconds.size === 0) return false
  const until = seconds.get(value)
  return until !== undefined && issuedAtSeconds <= until
}

/** The id of the row: injective over the three members. */
export function revocationKey(named: Revocation): string {
  return JSON.stringify([named.by, named.issuer, named.value])
}

export function refusedUntil(revocation: Revocation): number {
  return 'issuedUntilSeconds' in revocation
    ? revocation.issuedUntilSeconds
    : Number.POSITIVE_INFINITY
}

/** The revocation in a row's value; `undefined` where it is none that this version knows. */
export function parseRevocation(text: string): Revocation | undefined {
  const read = readJson(Buffer.from(text), { depth: 4, nodes: 32, numberLength: 32 })
  if (!('value' in read) || !isJsonObject(read.value)) return undefined
  const { by, issuer, value, issuedUntilSeconds } = read.value
  if (typeof issuer !== 'string' || typeof value !== 'string') return undefined
  if (by === 'jti' || by === 'sid' || by === 'grant') return { by, issuer, value }
  if ((by === 'subject' || by === 'client') && typeof issuedUntilSeconds === 'number') {
    return { by, issuer, value, issuedUntilSeconds }
  }
  return undefined
}
