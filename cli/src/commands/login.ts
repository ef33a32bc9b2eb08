// `sallyport login <url>`: from a bare URL to a stored sign-in. Tokens are never shown; a secret comes by file.
import { readFile } from 'node:fs/promises'
import type { Command } from '../command.ts'
import { CommandFailure, exitCode } from '../exit-codes.ts'
import { serverUrl } from '../mcp/exchange.ts'
import { asCommandFailure } from '../sign-in/oauth-message.ts'
import { openBrowser } from '../sign-in/open-browser.ts'
import { signIn } from '../sign-in/sign-in.ts'
import { readSignIns, signInFolder, withGrant, writeSignIns } from '../sign-in/token-file.ts'
import { withLock } from '../sign-in/token-lock.ts'
import { jsonText } from '../terminal/exact-json.ts'
import { plainLine } from '../terminal/plain-text.ts'
import { wholeNumber } from './values.ts'

type LoginOptions = {
  readonly clientId?: string
  readonly clientSecretFile?: string
  readonly scope?: string
  readonly issuer?: string
  readonly allowEndpointOrigin: readonly string[]
  readonly port: number
  readonly timeout: number
  readonly browser: boolean
}

export const login: Command<LoginOptions> = {
  examples: [
    'sallyport login https://gate.acme.example/mcp',
    'sallyport login https://gate.acme.example/mcp --no-browser',
    'sallyport login https://gate.acme.example/mcp --client-id acme-cli --port 8484',
  ],
  define: (command) => {
    command
      .argument('<url>', 'address of the MCP server')
      .option('--client-id <id>', 'a client registered by hand; otherwise one is registered')
      .option('--client-secret-file <file>', 'file that holds the secret of that client')
      .option(
        '--scope <scopes>',
        'scopes beside those that the server asks for, separated by spaces',
      )
      .option('--issuer <url>', 'which authorization server, where the server names several')
      .option(
        '--allow-endpoint-origin <origin>',
        "an origin other than the issuer's that its endpoints may be on (repeatable)",
        (origin: string, before: readonly string[]) => [...before, originOf(origin)],
        [],
      )
      .option(
        '--port <number>',
        'port of the redirect on 127.0.0.1; otherwise a random one',
        wholeNumber(65535),
        0,
      )
      .option('--timeout <seconds>', 'how long to wait for the person', wholeNumber(3600), 300)
      .option('--no-browser', 'print the address instead of opening it')
  },
  run: async ({ args, options, terminal, json, input }) => {
    const url = serverUrl(args[0])
    const folder = signInFolder(terminal)
    const grant = await signIn(
      url,
      {
        client: {
          clientId: options.clientId,
          clientSecret: await secretFrom(options),
        },
        scope: options.scope,
        issuer: options.issuer,
        endpointOrigins: options.allowEndpointOrigin,
        port: options.port,
        timeoutMs: options.timeout * 1000,
        show: async (address) => {
          const opened = options.browser && input && (await openBrowser(address, terminal))
          const lead = opened ? 'If no browser opened, go to' : 'To sign in, go to'
          terminal.note(`${lead}\n\n  ${address.href}\n\n`)
        },
      },
      folder,
      terminal,
    ).catch((failure: unknown) => {
      throw asCommandFailure(failure)
    })
    if (grant === undefined) {
      terminal.note('The server answers without a sign-in.\n')
      if (json) terminal.out(`${jsonText({ url: url.href, signedIn: false })}\n`)
      return exitCode('ok')
    }
    await withLock(folder, terminal, async () => {
      await writeSignIns(folder, withGrant(await readSignIns(folder), grant))
    })
    const { issuer, resource, scope, client } = grant
    const expiresAt =
      grant.expiresAtMs === undefined ? undefined : new Date(grant.expiresAtMs).toISOString()
    const refreshed = grant.refreshToken !== undefined
    if (json) {
      const shown = { url: url.href, signedIn: true, resource, issuer, scope, expiresAt, refreshed }
      terminal.out(`${jsonText({ ...shown, clientId: client.clientId })}\n`)
    } else {
      terminal.note(`Signed in to ${plainLine(resource)} at ${plainLine(issuer)}.\n`)
    }
    return exitCode('ok')
  },
}

async function secretFrom(options: LoginOptions): Promise<string | undefined> {
  const path = options.clientSecretFile
  if (path === undefined) return undefined
  if (options.clientId === undefined) {
    throw new CommandFailure('usage', '--client-secret-file needs --client-id')
  }
  return (
    await readFile(path, 'utf8').catch((cause: unknown) => {
      throw new CommandFailure('noInput', `\`${path}\` cannot be read`, { cause })
    })
  ).trim()
}

function originOf(text: string): string {
  if (URL.canParse(text) && new URL(text).origin === text) return text
  const fix = 'give scheme and host alone, like https://login.acme.example'
  throw new CommandFailure('usage', `\`${text}\` is no origin`, { fix })
}
