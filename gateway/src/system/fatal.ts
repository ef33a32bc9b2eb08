// F-25: after an exception that nobody caught the state of the process is unknown. It is logged and the process
// ends at once; whoever supervises it starts a new one. Never limp on.

/** EX_SOFTWARE of sysexits.h. */
export const EXIT_FATAL = 70

export type FatalParts = {
  /** Writes the error so that it has left the process when this returns. */
  readonly report: (error: unknown, origin: string) => void
  /** Ends the process; a parameter for tests. */
  readonly exit?: (code: number) => void
}

/** Returns what takes the listeners away again. */
export function exitOnFatal({
  report,
  exit = (code) => process.exit(code),
}: FatalParts): () => void {
  let ending = false
  // An unhandled rejection arrives here too: Node turns it into an uncaught exception.
  const end = (error: unknown, origin: string): void => {
    if (ending) return
    ending = true
    try {
      report(error, origin)
    } finally {
      exit(EXIT_FATAL)
    }
  }
  process.on('uncaughtException', end)
  return () => void process.off('uncaughtException', end)
}
