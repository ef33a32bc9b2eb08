// One run of the command: words → file in commands/ → exit code. Only the file that is needed is loaded.
// Usage errors end with 64 and a suggestion; every failure says what to do; nothing here exits the process.
import { Command as Commander, CommanderError } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import type { Command, CommandRow } from './command.ts'
import { COMMANDS, FIRST_WORDS } from './commands.ts'
import { CommandFailure, EXIT_CODES, exitCode } from './exit-codes.ts'
import { jsonText } from './terminal/exact-json.ts'
import { plainText } from './terminal/plain-text.ts'
import type { Terminal } from './terminal/terminal.ts'

/** `words` without the program's own name. Resolves to the exit code and never rejects. */
export async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  const result = { code: exitCode('ok') }
  const program = createProgram(terminal)
  try {
    for (const row of COMMANDS) {
      const command = commandAt(program, row)
      if (isAskedFor(row, words)) complete(command, row, await row.load(), terminal, result)
    }
    await program.parseAsync([...words], { from: 'user' })
    return result.code
  } catch (failure) {
    return report(failure, words.includes('--json'), terminal)
  }
}

function createProgram(terminal: Terminal): Commander {
  return new Commander('sallyport')
    .description('The gate between AI agents and the systems that a company already runs.')
    .version(packageJson.version, '--version', 'print the version')
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.note })
    .exitOverride()
    .showHelpAfterError('(add --help for what is possible)')
    .addHelpText(
      'before',
      examplesText(['sallyport dev', 'sallyport tools https://gate.acme.example/mcp']),
    )
    .addHelpText('after', `\nExit codes:\n${exitCodesText()}`)
}

function commandAt(program: Commander, row: CommandRow): Commander {
  const [first, second] = row.words
  if (second === undefined)
    return program.command(first).summary(row.summary).helpGroup(`${row.group}:`)
  const parent =
    program.commands.find((command) => command.name() === first) ??
    program
      .command(first)
      .summary(FIRST_WORDS[first] ?? '')
      .description(FIRST_WORDS[first] ?? '')
      .helpGroup(`${row.group}:`)
  return parent.command(second).summary(row.summary)
}

/** Whether the words may name this row, wherever they stand (`help login`, `login --help`). */
function isAskedFor(row: CommandRow, words: readonly string[]): boolean {
  const named = words.filter((word) => !word.startsWith('-') && word !== 'help')
  return row.words.every((word, index) => named[index] === word)
}

function complete(
  command: Commander,
  row: CommandRow,
  loaded: Command<never>,
  terminal: Terminal,
  result: { code: number },
): void {
  command.description(`${row.summary[0]?.toUpperCase()}${row.summary.slice(1)}.`)
  command.addHelpText('before', examplesText(loaded.examples))
  loaded.define(command)
  command
    .option('--json', 'print data as JSON on standard output')
    .option('--no-input', 'never ask and never open a browser')
    .action(async () => {
      const options = command.opts()
      result.code = await loaded.run({
        terminal,
        commands: { rows: COMMANDS, firstWords: FIRST_WORDS },
        args: command.args,
        options: options as never,
        json: options['json'] === true,
        input: options['input'] !== false,
      })
    })
}

function examplesText(examples: readonly string[]): string {
  return `Examples:\n${examples.map((example) => `  $ ${example}\n`).join('')}`
}

function exitCodesText(): string {
  return Object.values(EXIT_CODES)
    .map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`)
    .join('\n')
}

function report(failure: unknown, json: boolean, terminal: Terminal): number {
  // Commander has written its message; help and version are no failures.
  if (failure instanceof CommanderError) {
    return failure.exitCode === 0 ? exitCode('ok') : exitCode('usage')
  }
  if (terminal.interrupted.aborted) return exitCode('interrupted')
  const known =
    failure instanceof CommandFailure
      ? failure
      : new CommandFailure('failed', failure instanceof Error ? failure.message : String(failure))
  if (json) {
    const { message, code, fix, requestId } = known
    terminal.note(`${jsonText({ error: { code, message, fix, requestId } })}\n`)
  } else {
    terminal.note(`${terminal.style('note', 'red', 'error:')} ${plainText(known.message)}\n`)
    if (known.fix !== undefined) terminal.note(`  fix: ${plainText(known.fix)}\n`)
    if (known.code !== undefined) terminal.note(`  code: ${plainText(known.code)}\n`)
    if (known.requestId !== undefined) terminal.note(`  request: ${plainText(known.requestId)}\n`)
  }
  return exitCode(known.exit)
}
