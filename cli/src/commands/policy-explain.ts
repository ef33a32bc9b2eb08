// `sallyport policy explain`: what the running gateway would decide for a person, a tool and arguments, and
// which line of which policy says so. The same engine, schema and converter as the data path.
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { askGateway } from '../gateway/admin-socket.ts'
import { showExplanation } from '../gateway/show-explanation.ts'
import { defineStateFolder, stateFolder } from '../gateway/state-folder.ts'
import type { StateFolderOptions } from '../gateway/state-folder.ts'
import { jsonText } from '../terminal/exact-json.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { parseObject, readText } from './call-arguments.ts'

type ExplainOptions = StateFolderOptions & {
  readonly user?: string
  readonly principalFile?: string
  readonly tool: string
  readonly args: string
  readonly address?: string
  readonly time?: string
}

export const policyExplain: Command<ExplainOptions> = {
  examples: [
    `sallyport policy explain --user alice --tool market___get_prices --args '{"market":"DE-LU","day":"2026-03-29"}'`,
    'sallyport policy explain --user bob --tool market___set_price_alert --json',
    'sallyport policy explain --user bob --tool market___get_prices --address 192.0.2.7 --time 2026-03-27T19:30:00Z',
    'sallyport policy explain --principal-file new-colleague.json --tool market___set_price_alert',
  ],
  define: (command) => {
    command
      .option('--user <subject>', 'a person who called since the gateway started, by subject')
      .option(
        '--principal-file <file>',
        'anybody else, as JSON: kind, issuer, subject, clientId, tenant, tags; `-` is standard input',
      )
      .requiredOption('--tool <name>', 'qualified name of the tool, <target>___<tool>')
      .option('--args <json>', 'arguments of the call as a JSON object', '{}')
      .option('--address <address>', 'IP address of the caller, where policies read it')
      .option('--time <time>', 'when, such as `2026-03-27T09:30:00+01:00`; default: now')
    defineStateFolder(command)
  },
  run: async ({ options, terminal, json }) => {
    const { tool, address, time } = options
    const question = {
      ...(await who(options, terminal)),
      tool,
      args: parseObject(options.args, '--args'),
      ...(address === undefined ? {} : { address }),
      ...(time === undefined ? {} : { time }),
    }
    const folder = await stateFolder(options, terminal)
    const answer = await askGateway(folder, 'POST', '/explain', question)
    terminal.out(json ? `${jsonText(answer)}\n` : showExplanation(answer, tool, terminal))
    return exitCode('ok')
  },
}

async function who(options: ExplainOptions, terminal: Terminal): Promise<JsonObject> {
  const { user, principalFile } = options
  if (user !== undefined && principalFile === undefined) return { user }
  if (user === undefined && principalFile !== undefined) {
    return { principal: parseObject(await readText(principalFile, terminal), principalFile) }
  }
  throw new CommandFailure('usage', 'exactly one of --user and --principal-file is needed')
}
