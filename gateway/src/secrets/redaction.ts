// What a secret looks like when it turns up where it does not belong: by the name of its key, or by its form.
// Patterns catch accidents; they are no substitute for not passing secrets around.

const SECRET_NAME =
  /secret|passw|passphrase|pwd|token|credential|api-?_?key|private|authorization|cookie|bearer|assertion|^key$/i

/** JWTs and their beginnings, PEM keys, authorization values, user information in URLs, well-known key prefixes. */
const SECRET_LOOK =
  /eyJ[\w-]{6,}(?:\.[\w-]*)*|-----BEGIN[^-]*-----(?:[\s\S]*?-----END[^-]*-----)?|\b(bearer|basic|dpop)\s+[\w.~+/=-]{6,}|(?<=:\/\/)[^\s/@:]*:[^\s/@]*(?=@)|\b(?:sk|ghp|gho|xox[abp]|AKIA)[-_A-Za-z0-9]{12,}/gi
const QUICK = /eyJ|-----|bearer|basic|dpop|:\/\/|sk[-_]|gh[po]_|xox|AKIA/i

export const REDACTED = '[redacted]'

export function looksSecret(text: string): boolean {
  return QUICK.test(text) && text.search(SECRET_LOOK) >= 0
}

/** Facts about a secret that are none: `tokenHash8`, `secretVersion`, `credentialId`. */
const FACT_NAME = /(?:hash\d*|version|count|type|kind|id|ms|seconds)$/i

export function soundsSecret(name: string): boolean {
  return SECRET_NAME.test(name) && !FACT_NAME.test(name)
}

/** The text with every secret-looking part replaced. */
export function redactText(text: string): string {
  if (!QUICK.test(text)) return text
  return text.replaceAll(SECRET_LOOK, (_, scheme?: string) =>
    scheme === undefined ? REDACTED : `${scheme} ${REDACTED}`,
  )
}
