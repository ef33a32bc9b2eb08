// The Bearer challenge (RFC 6750 §3, RFC 9728 §5.1). Every value is a quoted-string made of the characters
// that RFC 6750 allows there, so that no text can end the string, the field or the header (H-07, O-34).

export type Challenge = {
  /** `undefined`: nothing was sent, so nothing is wrong with it (RFC 6750 §3.1). */
  readonly error: string | undefined
  readonly description: string
  /** Absolute URL; `undefined` where the request was refused before its route was known. */
  readonly resourceMetadata: string | undefined
  /** All scopes of the operation, separated by spaces; empty: none needed. */
  readonly scope: string
}

export function bearerChallenge(challenge: Challenge): string {
  const parameters: string[] = []
  if (challenge.error !== undefined) {
    parameters.push(`error=${quoted(challenge.error)}`)
    parameters.push(`error_description=${quoted(challenge.description)}`)
  }
  // MUST (RFC 9728 §5.1): where the metadata of this resource is.
  if (challenge.resourceMetadata !== undefined) {
    parameters.push(`resource_metadata=${quoted(challenge.resourceMetadata)}`)
  }
  if (challenge.scope !== '') parameters.push(`scope=${quoted(challenge.scope)}`)
  return parameters.length === 0 ? 'Bearer' : `Bearer ${parameters.join(', ')}`
}

/** MUST NOT (RFC 6750 §3): nothing outside %x20-21 / %x23-5B / %x5D-7E. What is outside becomes `'` or `?`. */
function quoted(value: string): string {
  const plain = value.replaceAll(/["\\]/g, "'").replaceAll(/[^\u0020-\u007e]/g, '?')
  return `"${plain}"`
}
