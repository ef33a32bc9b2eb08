// Permit → Credential: with what the gateway shows itself to the permit's target. It never sees the caller's
// token, so it cannot pass it on (attacks O-23). Secrets come by reference from a resolver, which caches
// and audits its reads; what cannot be resolved is a Fault, never a call without a credential.
import type { Permit } from '../authorize/permit.ts'
import { Fault } from '../fault.ts'
import type { SecretRef } from '../secrets/reference.ts'
import { SecretError } from '../secrets/secret-error.ts'
import type { Credential, NoCredential } from './credential.ts'
import { isHeaderValue } from './header.ts'
import type { CredentialSettings } from './settings.ts'

/** `value` is the secret as it stands in its source, `version` changes with it. */
export type SecretSource = {
  readonly resolve: (
    reference: SecretRef,
  ) => Promise<{ readonly value: string; readonly version: string }>
}

export type Obtain = {
  /** Synchronous where nothing has to be read. Throws Fault `credential.unavailable`. */
  readonly forPermit: (permit: Permit) => Credential | Promise<Credential>
  /** The same off the path, for describing a target. */
  readonly forTarget: (target: string) => Credential | Promise<Credential>
}

export function createObtain(
  targets: Readonly<Record<string, { readonly credential: CredentialSettings }>>,
  secrets: SecretSource,
): Obtain {
  const sources = new Map(
    Object.entries(targets).map(([id, { credential }]) => [id, sourceOf(id, credential, secrets)]),
  )
  const forTarget = (target: string): Credential | Promise<Credential> => {
    const source = sources.get(target)
    if (source === undefined) throw unavailable(target, 'the target is not configured')
    return source()
  }
  return { forTarget, forPermit: (permit) => forTarget(permit.entry.target) }
}

type Source = () => Credential | Promise<Credential>

function sourceOf(target: string, settings: CredentialSettings, secrets: SecretSource): Source {
  switch (settings.kind) {
    case 'none': {
      const none: NoCredential = { kind: 'none', id: 'none', version: '', connectionKey: undefined }
      return () => none
    }
    case 'secret':
      return async () => {
        const secret = await secrets.resolve(settings.secret).catch((cause: unknown) => {
          // The reason names the place and the mend, never the value; the caller is told neither.
          const why = cause instanceof SecretError ? cause.message : 'its secret cannot be read'
          throw unavailable(target, why, cause)
        })
        // Files end in a line break more often than not; it is never part of the secret.
        const value = settings.prefix + secret.value.replace(/\r?\n$/, '')
        if (!isHeaderValue(value))
          throw unavailable(target, 'its secret does not fit into a header')
        return {
          kind: 'secret',
          id: `${target}/${settings.header}`,
          version: secret.version,
          connectionKey: undefined,
          header: settings.header,
          value,
        }
      }
    default:
      return settings satisfies never
  }
}

function unavailable(target: string, why: string, cause?: unknown): Fault {
  return new Fault('credential.unavailable', `target ${target}: ${why}`, {
    dependency: `the credential of target ${target}`,
    ...(cause === undefined ? {} : { cause }),
  })
}
