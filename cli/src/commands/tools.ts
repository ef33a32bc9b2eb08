// `sallyport tools <url>`: what this person may call, as the server lists it.
import type { JsonObject } from '@sallyport/gateway/json/value.ts'
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { costOf } from '../gateway/show-context.ts'
import { createMcpClient, discover, listTools } from '../mcp/client.ts'
import { serverUrl } from '../mcp/exchange.ts'
import { objectOf, stringOf } from '../mcp/shape.ts'
import { signedInTokens, tokenFromFile } from '../sign-in/tokens.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'
import { table } from '../terminal/table.ts'

export const tools: Command<{ readonly tokenFile?: string }> = {
  examples: [
    'sallyport tools https://gate.acme.example/mcp',
    'sallyport tools https://gate.acme.example/mcp --json',
  ],
  define: (command) => {
    command
      .argument('<url>', 'address of the MCP server')
      .option('--token-file <file>', 'file that holds an access token, instead of a sign-in')
  },
  run: async ({ args, options, terminal, json }) => {
    const url = serverUrl(args[0])
    const { tokenFile } = options
    const tokens =
      tokenFile === undefined ? signedInTokens(url, terminal) : tokenFromFile(tokenFile)
    const client = createMcpClient(url, tokens, terminal)
    const server = await discover(client)
    const listed = await listTools(client)
    const cost = costOf(listed)
    if (json) {
      terminal.out(`${jsonText({ tools: listed, cost })}\n`)
      return exitCode('ok')
    }
    terminal.note(
      `${serverName(server)}: ${listed.length} ${listed.length === 1 ? 'tool' : 'tools'}\n`,
    )
    terminal.note(`They cost a model about ${cost.tokens} tokens (an estimate).\n`)
    terminal.out(
      table(listed.map((tool) => [stringOf(tool['name']) ?? '', marks(tool), summary(tool)])),
    )
    return exitCode('ok')
  },
}

function serverName(discovered: JsonObject): string {
  const info = objectOf(objectOf(discovered['_meta'])?.['io.modelcontextprotocol/serverInfo'])
  return plainLine(stringOf(info?.['name']) ?? 'server')
}

/** The server's own hint; a client decides nothing by it. */
function marks(tool: JsonObject): string {
  return objectOf(tool['annotations'])?.['readOnlyHint'] === true ? 'reads' : ''
}

const MAX_SUMMARY = 100

function summary(tool: JsonObject): string {
  const text = plainLine(stringOf(tool['description']) ?? stringOf(tool['title']) ?? '')
  return text.length > MAX_SUMMARY ? `${text.slice(0, MAX_SUMMARY - 1)}…` : text
}
