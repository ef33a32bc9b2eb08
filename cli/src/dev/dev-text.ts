// What `sallyport dev` tells: the people, the addresses, calls to paste, and how other clients connect.
import { shellWord } from '../terminal/shell-word.ts'
import { table } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'

export type DevFacts = {
  readonly mcpUrl: string
  readonly issuer: string
  readonly operationsUrl: string
  readonly configFile: string
  /** Servers in the form of the Inspector. */
  readonly inspectorFile: string
  readonly people: readonly {
    readonly username: string
    readonly password: string
    readonly name: string
    readonly title: string
  }[]
}

/** The text for people. */
export function devText(facts: DevFacts, terminal: Pick<Terminal, 'style'>): string {
  const { mcpUrl, issuer, operationsUrl, configFile, people } = facts
  const title = (text: string) => terminal.style('out', 'bold', text)
  return [
    `${title('Sallyport, development mode')}: loopback only, sample people, plain http. Not for production.\n`,
    title('Where'),
    table(
      [
        ['MCP endpoint', mcpUrl],
        ['one target', `${mcpUrl}/market`],
        ['sign-in', issuer],
        ['health, metrics', operationsUrl],
        ['configuration', configFile],
      ],
      '  ',
    ),
    title('Who'),
    table(
      [
        ['user', 'password', 'name', 'role'],
        ...people.map(({ username, password, name, title: role }) => [
          username,
          password,
          name,
          role,
        ]),
      ],
      '  ',
    ),
    title('Try it'),
    `  npx sallyport login ${mcpUrl}            # sign in as bob`,
    `  npx sallyport tools ${mcpUrl}`,
    '  # allowed',
    `  npx sallyport call ${mcpUrl} ${ALLOWED}`,
    '  # denied: a trader sets alerts up to 500 per MWh; for Alice there is no such tool',
    `  npx sallyport call ${mcpUrl} ${DENIED}`,
    '  # why',
    `  npx sallyport policy explain --config ${shellWord(configFile)} --user bob --tool market___set_price_alert --args '${DENIED_ARGS}'`,
    `  npx sallyport tail --config ${shellWord(configFile)}`,
    '',
    title('Other clients'),
    ...clientSnippets(facts).map(([name, snippet]) => `  ${name.padEnd(12)} ${snippet}`),
    '',
  ].join('\n')
}

const ALLOWED = 'market___get_prices --arg market=DE-LU --arg day=2026-03-29'
const DENIED =
  'market___set_price_alert --arg market=DE-LU --arg direction=above --arg threshold=900'
const DENIED_ARGS = '{"market":"DE-LU","direction":"above","threshold":900}'

/** The same as data. */
export function devData(facts: DevFacts): object {
  const { mcpUrl } = facts
  return {
    ...facts,
    allowedCall: `npx sallyport call ${mcpUrl} ${ALLOWED}`,
    deniedCall: `npx sallyport call ${mcpUrl} ${DENIED}`,
    clients: Object.fromEntries(clientSnippets(facts)),
  }
}

function clientSnippets({
  mcpUrl: url,
  inspectorFile,
}: DevFacts): readonly (readonly [string, string])[] {
  const config = encodeURIComponent(Buffer.from(JSON.stringify({ url })).toString('base64'))
  return [
    ['Claude Code', `claude mcp add --transport http acme ${url}`],
    ['VS Code', `code --add-mcp '${JSON.stringify({ name: 'acme', type: 'http', url })}'`],
    ['Cursor', `cursor://anysphere.cursor-deeplink/mcp/install?name=acme&config=${config}`],
    [
      'Inspector',
      `npx @modelcontextprotocol/inspector --config ${shellWord(inspectorFile)} --server acme`,
    ],
  ]
}
