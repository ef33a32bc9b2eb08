// `sallyport pins approve <tool>`: makes a definition that a person has looked at the approved one. It is bound to its hash:
// what changes between the look and the approval is not approved. Needs the role `admin`, by the operator's own token.
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { askGateway } from '../gateway/admin-socket.ts'
import { defineOperator, orderAsOperator } from '../gateway/operator-token.ts'
import type { OperatorOptions } from '../gateway/operator-token.ts'
import { showPinDiff } from '../gateway/show-pin.ts'
import { stateFolder } from '../gateway/state-folder.ts'
import { objectOf, stringOf } from '../mcp/shape.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'
import type { Terminal } from '../terminal/terminal.ts'

type ApproveOptions = OperatorOptions & { readonly hash?: string; readonly reason: string }

export const pinsApprove: Command<ApproveOptions> = {
  examples: [
    'sallyport pins approve market___get_prices',
    'sallyport pins approve market___get_prices --hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 --reason "a clearer text"',
  ],
  define: (command) => {
    command
      .argument('<tool>', 'qualified name of the tool, <target>___<tool>')
      .option(
        '--hash <sha256>',
        'what `pins diff` showed; without it the change is shown and asked',
      )
      .option('--reason <words>', 'for the record', 'not given')
    defineOperator(command)
  },
  run: async ({ args, options, terminal, json, input }) => {
    const tool = args[0] ?? ''
    const hash = options.hash ?? (await askFor(tool, options, terminal, input))
    if (hash === undefined) {
      terminal.note('Nothing was approved.\n')
      return exitCode('ok')
    }
    const { reason } = options
    const answer = await orderAsOperator(options, terminal, '/pins/approve', { tool, hash, reason })
    if (json) terminal.out(`${jsonText(answer)}\n`)
    else {
      const approved: JsonObject = objectOf(answer['approved']) ?? {}
      terminal.note(`Approved ${plainLine(stringOf(approved['tool']) ?? tool)} as it was shown.\n`)
    }
    return exitCode('ok')
  },
}

/** The hash of what the person has just seen; `undefined`: they do not want it. */
async function askFor(
  tool: string,
  options: ApproveOptions,
  terminal: Terminal,
  input: boolean,
): Promise<string | undefined> {
  const folder = await stateFolder(options, terminal)
  const shown = await askGateway(folder, 'POST', '/pins/diff', { tool })
  const hash = stringOf(shown['seenHash'])
  if (hash === undefined) {
    const state = plainLine(stringOf(shown['state']) ?? '')
    throw new CommandFailure('usage', `\`${tool}\` is ${state}: there is nothing to approve`)
  }
  terminal.note(showPinDiff(shown, terminal))
  const answer = input
    ? await terminal.ask(`Approve this definition of ${tool}? [y/N] `)
    : undefined
  if (answer === undefined) {
    throw new CommandFailure('usage', 'nobody is there to be asked', { fix: `add --hash ${hash}` })
  }
  return /^y(es)?$/i.test(answer.trim()) ? hash : undefined
}
