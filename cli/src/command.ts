// What a file in commands/ exports: how the command looks, and what it does. Every command has `--json`
// and `--no-input` and examples; run.ts adds them, so that no command can lack them.
import type { Command as CommanderCommand } from 'commander'
import type { Terminal } from './terminal/terminal.ts'

export type Command<Options> = {
  /** Shown first in the help; the first one is complete and can be pasted. */
  readonly examples: readonly [string, ...string[]]
  /** Adds arguments and options, and nothing else. */
  readonly define: (command: CommanderCommand) => void
  /** Resolves to the exit code; throws CommandFailure. */
  readonly run: (call: CommandCall<Options>) => Promise<number>
}

/** What the help shows together. */
export type CommandGroup = {
  readonly title: string
  readonly rows: readonly Omit<CommandRow, 'group'>[]
}

/** Words, what it is for, the title of its group, and the file that is loaded when it is used. */
export type CommandRow = {
  readonly words: readonly [string] | readonly [string, string]
  readonly summary: string
  readonly group: string
  // The options are the command's own; run.ts hands on what commander parsed by the command's definition.
  readonly load: () => Promise<Command<never>>
}

/** What there is: every command, and what the first word of a pair is for. */
export type Commands = {
  readonly rows: readonly CommandRow[]
  readonly firstWords: Readonly<Record<string, string>>
}

type CommandCall<Options> = {
  readonly commands: Commands
  readonly terminal: Terminal
  readonly args: readonly string[]
  readonly options: Options
  /** Data as JSON on standard output. */
  readonly json: boolean
  /** False: never ask, never open a browser. */
  readonly input: boolean
}
