// A terminal for tests: what was printed is kept, nothing is opened, time stands where it is put.
import { run } from '../../src/run.ts'
import type { Terminal } from '../../src/terminal/terminal.ts'

export type TestTerminal = Terminal & {
  readonly printed: { out: string; note: string }
  /** Programs that were started, with their arguments. */
  readonly started: (readonly string[])[]
}

export type TestTerminalOptions = {
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly input?: string
  readonly platform?: NodeJS.Platform
  readonly fetch?: typeof fetch
  readonly nowMs?: () => number
  /** What happens to an opened URL. */
  readonly browse?: (url: string) => void
  readonly answers?: string[]
  readonly interrupted?: AbortSignal
}

export function testTerminal(options: TestTerminalOptions = {}): TestTerminal {
  const printed = { out: '', note: '' }
  const started: (readonly string[])[] = []
  return {
    printed,
    started,
    out: (text) => {
      printed.out += text
    },
    drained: async () => true,
    note: (text) => {
      printed.note += text
    },
    readInput: async () => options.input ?? '',
    ask: async () => options.answers?.shift(),
    style: (_stream, _format, text) => text,
    environment: options.environment ?? {},
    platform: options.platform ?? 'linux',
    fetch: options.fetch ?? fetch,
    nowMs: options.nowMs ?? (() => Date.now()),
    sleep: (milliseconds) => new Promise((resolve) => void setTimeout(resolve, milliseconds)),
    start: async (program, args) => {
      started.push([program, ...args])
      options.browse?.(args.at(-1) ?? '')
      return options.browse !== undefined
    },
    interrupted: options.interrupted ?? new AbortController().signal,
  }
}

export type Ran = { readonly code: number; readonly out: string; readonly note: string }

/** Runs one command in a terminal of its own. */
export async function sallyport(
  words: readonly string[],
  options: TestTerminalOptions = {},
): Promise<Ran> {
  const terminal = testTerminal(options)
  const code = await run(words, terminal)
  return { code, ...terminal.printed }
}
