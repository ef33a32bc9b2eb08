// Why a secret could not be had. Names the place and the reason, never the value.

export type SecretErrorReason =
  | 'not_found'
  | 'not_readable'
  | 'not_a_file'
  | 'readable_by_everybody'
  | 'too_large'
  | 'not_text'
  | 'empty'
  | 'not_set'

const FIXES: Readonly<Record<SecretErrorReason, string>> = {
  not_found: 'create the file, or correct the path',
  not_readable: 'let the user of the gateway read the file',
  not_a_file: 'name a regular file',
  readable_by_everybody: 'take the rights of others away: `chmod o-rwx` the file',
  too_large: 'a secret is at most 64 KiB',
  not_text: 'a secret is UTF-8 text without NUL',
  empty: 'write the secret into it',
  not_set: 'set the environment variable',
}

export class SecretError extends Error {
  override readonly name = 'SecretError'
  readonly reason: SecretErrorReason
  /** `file <path>` or `environment variable <NAME>`. */
  readonly place: string
  readonly fix: string

  constructor(reason: SecretErrorReason, place: string) {
    const fix = FIXES[reason]
    super(`secret in ${place}: ${reason.replaceAll('_', ' ')}; ${fix}`)
    this.reason = reason
    this.place = place
    this.fix = fix
  }
}
