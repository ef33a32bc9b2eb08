// `sallyport call <url> <tool>`: one call. Progress goes to standard error, the result to standard output,
// with its numbers as the server wrote them. Interrupting closes the exchange, which cancels the call.
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { createMcpClient, listTools } from '../mcp/client.ts'
import type { OnNotification } from '../mcp/answer.ts'
import { serverUrl } from '../mcp/exchange.ts'
import { exitOfCode } from '../mcp/failures.ts'
import { callToolRequest } from '../mcp/request.ts'
import { objectOf, objectsOf, stringOf } from '../mcp/shape.ts'
import { signedInTokens, tokenFromFile } from '../sign-in/tokens.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine, plainText } from '../terminal/plain-text.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { readArguments, readPairs } from './call-arguments.ts'

type CallOptions = {
  readonly arg: readonly string[]
  readonly argsFile?: string
  readonly tokenFile?: string
}

export const call: Command<CallOptions> = {
  examples: [
    'sallyport call https://gate.acme.example/mcp market___get_prices --arg market=DE-LU --arg day=2026-03-29',
    'sallyport call https://gate.acme.example/mcp market___get_prices --args-file arguments.json --json',
    `echo '{"market":"DE-LU","day":"2026-03-29"}' | sallyport call https://gate.acme.example/mcp market___get_load --args-file -`,
  ],
  define: (command) => {
    command
      .argument('<url>', 'address of the MCP server')
      .argument('<tool>', 'name of the tool, as listed')
      .option(
        '--arg <name=value>',
        'one argument, read in the type that the tool declares (repeatable)',
        (pair: string, before: readonly string[]) => [...before, pair],
        [],
      )
      .option('--args-file <file>', 'all arguments as a JSON object; `-` is standard input')
      .option('--token-file <file>', 'file that holds an access token, instead of a sign-in')
  },
  run: async ({ args, options, terminal, json }) => {
    const url = serverUrl(args[0])
    const name = args[1] ?? ''
    const pairs = readPairs(options.arg)
    const { argsFile, tokenFile } = options
    const tokens =
      tokenFile === undefined ? signedInTokens(url, terminal) : tokenFromFile(tokenFile)
    const client = createMcpClient(url, tokens, terminal)
    // A tool that is not listed is asked for all the same: the server's answer is the truth about it.
    const definition = (await listTools(client)).find((tool) => tool['name'] === name)
    const given = await readArguments(pairs, argsFile, definition, terminal)
    const request = callToolRequest(name, given, definition)
    const result = await client.request(request, showProgress(terminal))
    terminal.out(json ? `${jsonText(result)}\n` : people(result))
    return result['isError'] === true ? toolError(result, json, terminal) : exitCode('ok')
  },
}

function showProgress(terminal: Terminal): OnNotification {
  return (method, params) => {
    if (method !== 'notifications/progress') return
    const { progress, total, message } = params
    const amount =
      total === undefined ? jsonText(progress) : `${jsonText(progress)}/${jsonText(total)}`
    const words = typeof message === 'string' ? ` ${plainLine(message)}` : ''
    terminal.note(`${terminal.style('note', 'dim', `${plainLine(amount)}${words}`)}\n`)
  }
}

/** Text as text, other content by its kind; where there is no text, the structured content as JSON. */
function people(result: JsonObject): string {
  const blocks = objectsOf(result['content'])
  const texts = blocks.map((block) => {
    const text = block['type'] === 'text' ? stringOf(block['text']) : undefined
    return text === undefined
      ? `[${plainLine(stringOf(block['type']) ?? 'content')}]`
      : plainText(text)
  })
  const structured = result['structuredContent']
  if (texts.length === 0 && structured !== undefined) return `${jsonText(structured, 2)}\n`
  return texts.map((text) => `${text.replace(/\n$/, '')}\n`).join('')
}

function toolError(result: JsonObject, json: boolean, terminal: Terminal): number {
  const refusal = refusalOf(result)
  const code = stringOf(refusal['code'])
  const exit = exitOfCode(code, 'toolError')
  if (json) return exitCode(exit)
  const verdict = exit === 'denied' ? 'denied' : 'the tool failed'
  terminal.note(terminal.style('note', 'red', verdict))
  terminal.note(code === undefined ? '\n' : ` (${plainLine(code)})\n`)
  const requestId = stringOf(refusal['request_id'])
  if (requestId !== undefined) terminal.note(`  request: ${plainLine(requestId)}\n`)
  return exitCode(exit)
}

/** A refusal of the gateway itself carries code and request id; a target's tool error does not. */
function refusalOf(result: JsonObject): JsonObject {
  return objectOf(objectOf(result['_meta'])?.['sallyport/refusal']) ?? {}
}
