// The world as a command sees it: streams, environment, network, clock, browser. Built once from the
// process (process-terminal.ts); tests bring their own.

export type Terminal = {
  /** Data, and nothing else. */
  readonly out: (text: string) => void
  /** Resolves when what reads the data has taken it: memory stays bounded. False: the reader is gone. */
  readonly drained: () => Promise<boolean>
  /** Messages for a person. */
  readonly note: (text: string) => void
  /** All of standard input as text. */
  readonly readInput: () => Promise<string>
  /** One line typed by a person; `undefined` where nobody can type. */
  readonly ask: (question: string) => Promise<string | undefined>
  /** Styles text for the stream that messages or data go to; plain where NO_COLOR or no terminal. */
  readonly style: (
    stream: 'out' | 'note',
    format: 'bold' | 'dim' | 'red' | 'green' | 'yellow',
    text: string,
  ) => string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly fetch: typeof fetch
  readonly nowMs: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
  /** Starts a program with these arguments, without a shell; resolves to whether it started. */
  readonly start: (program: string, args: readonly string[]) => Promise<boolean>
  /** Aborts when the person interrupts. */
  readonly interrupted: AbortSignal
}
