// Clients that are commands: the CLI of the MCP Inspector, and mcp-remote, which clients that speak stdio alone start
// (here the client of SDK v1). Each signs in by its own OAuth code and the browser of the desk.
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { freePort } from '../../../bench/src/free-port.ts'
import type { Desk } from './desk.ts'
import {
  shownOf,
  shownOfError,
  type Call,
  type ForeignClient,
  type Shown,
} from './foreign-client.ts'
import { versionOf, type ForeignPackages } from './foreign-packages.ts'
import { runClient } from './run-client.ts'
import { callAll } from './sdk-clients.ts'

export type Inspected = {
  /** 0 a result, 3 a sign-in is needed, 5 a result with `isError`; each error has one of its own. */
  readonly code: number
  readonly shown: Shown
}
type Printed = {
  readonly result?: Parameters<typeof shownOf>[0]
  readonly error?: { readonly message: string }
}

export function inspector(packages: ForeignPackages, era: 'legacy' | 'modern'): ForeignClient {
  return {
    name: `Inspector CLI ${versionOf('@modelcontextprotocol/inspector')}, ${era}`,
    async visit(url, desk, calls) {
      const callback = `http://127.0.0.1:${await freePort()}/oauth/callback`
      const more = ['--protocol-era', era, '--callback-url', callback]
      const shown: Shown[] = []
      for (const call of calls) shown.push((await inspect(packages, url, desk, call, more)).shown)
      return shown
    },
  }
}

/** One call by the Inspector's command. */
export async function inspect(
  packages: ForeignPackages,
  url: string,
  desk: Desk,
  { tool, args }: Call,
  more: readonly string[],
): Promise<Inspected> {
  const asked = ['--method', 'tools/call', '--tool-name', tool]
  const given = ['--tool-args-json', JSON.stringify(args), '--format', 'json', '--quiet']
  const { code, stdout, stderr } = await runClient(
    process.execPath,
    [packages.inspector, '--cli', url, '--transport', 'http', ...asked, ...given, ...more],
    { ...desk.environment, MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'file' },
  )
  const last = (text: string) => text.trim().split('\n').at(-1) ?? ''
  const { result, error } = JSON.parse(last(stdout) || last(stderr)) as Printed
  return { code, shown: result ? shownOf(result) : shownOfError(error?.message) }
}

export function mcpRemote(packages: ForeignPackages, protocol?: 'auto'): ForeignClient {
  const more = protocol === undefined ? [] : ['--protocol', protocol]
  return {
    name: `mcp-remote ${versionOf('mcp-remote')}${protocol === undefined ? '' : `, ${protocol}`}`,
    async visit(url, { environment, home }, calls) {
      const transport = new StdioClientTransport({
        command: process.execPath,
        args: [packages.mcpRemote, url, '--allow-http', '--silent', ...more],
        env: { ...environment, MCP_REMOTE_CONFIG_DIR: join(home, 'mcp-remote') },
      })
      const client = new Client({ name: 'a client on stdio', version: '1.0.0' })
      await client.connect(transport)
      return callAll(client, calls)
    },
  }
}
