// An order that the operator may not give: no token that proves a person, or not the role. The socket answers with a
// status of its own, so that the command can say what to do.

export type NotAllowedBecause = 'token' | 'role' | 'unavailable'

export const NOT_ALLOWED_STATUS = {
  token: 401,
  role: 403,
  unavailable: 503,
} as const satisfies Record<NotAllowedBecause, number>

export class NotAllowed extends Error {
  override readonly name = 'NotAllowed'
  readonly because: NotAllowedBecause
  readonly fix: string

  constructor(because: NotAllowedBecause, message: string, fix: string) {
    super(message)
    this.because = because
    this.fix = fix
  }
}
