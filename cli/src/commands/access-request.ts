// `sallyport access request <url> <request id>`: after a denial, asks for access by the request id that the denial named.
// It goes to the endpoint that denied, with the token that was denied: no way into the gateway's machine is needed.
import type { Command } from '../command.ts'
import { exitCode } from '../exit-codes.ts'
import { createMcpClient } from '../mcp/client.ts'
import { serverUrl } from '../mcp/exchange.ts'
import { accessRequest } from '../mcp/request.ts'
import { stringOf } from '../mcp/shape.ts'
import { signedInTokens, tokenFromFile } from '../sign-in/tokens.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'
import { referenceOf } from './values.ts'

type RequestOptions = { readonly reason: string; readonly tokenFile?: string }

export const requestAccess: Command<RequestOptions> = {
  examples: [
    'sallyport access request https://gate.acme.example/mcp 4f1c9a2e8b7d4c6f9e0a1b2c3d4e5f60 --reason "month-end, Bob is away"',
  ],
  define: (command) => {
    command
      .argument('<url>', 'address of the gateway that denied')
      .argument('<request-id>', 'the id that the denial named')
      .requiredOption('--reason <words>', 'why you need it, for whoever decides')
      .option('--token-file <file>', 'file that holds an access token, instead of a sign-in')
  },
  run: async ({ args, options, terminal, json }) => {
    const url = serverUrl(args[0])
    const requestId = referenceOf(args[1])
    const { tokenFile, reason } = options
    const tokens =
      tokenFile === undefined ? signedInTokens(url, terminal) : tokenFromFile(tokenFile)
    const client = createMcpClient(url, tokens, terminal)
    const result = await client.request(accessRequest(requestId, reason))
    const reference = plainLine(stringOf(result['reference']) ?? '')
    if (json) terminal.out(`${jsonText({ reference, requestId })}\n`)
    else terminal.note(`Asked for access: reference ${reference}. A second person decides.\n`)
    return exitCode('ok')
  },
}
