// The exit codes of every command, documented in the help, and the failure that carries one.
// Where sysexits.h has a number for the case, that number is used.

export const EXIT_CODES = {
  ok: [0, 'done'],
  failed: [1, 'unexpected failure'],
  toolError: [2, 'the tool answered with an error'],
  denied: [3, 'denied: the policy refused, or there is no such tool for you'],
  usage: [64, 'wrong usage of the command'],
  findings: [65, 'something was checked and did not hold'],
  noInput: [66, 'a file could not be read'],
  unreachable: [69, 'the server or the gateway does not answer'],
  tryLater: [75, 'the server cannot answer now'],
  protocol: [76, 'the server broke the protocol'],
  signIn: [77, 'sign-in needed or refused'],
  configuration: [78, 'the configuration has problems'],
  interrupted: [130, 'interrupted'],
} as const satisfies Record<string, readonly [number, string]>

export type ExitName = keyof typeof EXIT_CODES

export function exitCode(name: ExitName): number {
  return EXIT_CODES[name][0]
}

/** Ends a command: a message in words, what to do about it, and the exit code. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  readonly exit: ExitName
  /** What to do, where something can be done. */
  readonly fix: string | undefined
  /** The server's stable code and request id, where there are any. */
  readonly code: string | undefined
  readonly requestId: string | undefined

  constructor(
    exit: ExitName,
    message: string,
    more: { fix?: string; code?: string; requestId?: string; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.exit = exit
    this.fix = more.fix
    this.code = more.code
    this.requestId = more.requestId
  }
}
