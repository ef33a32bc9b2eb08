// The clients in Python: the MCP SDK's, and FastMCP's. Each is a short program beside this file that hands the URL to the
// client, with the client's own OAuth code, and prints what it showed.
import { fileURLToPath } from 'node:url'
import type { ForeignClient, Shown } from './foreign-client.ts'
import { versionOf, type ForeignPackages } from './foreign-packages.ts'
import { runClient } from './run-client.ts'

export function pythonSdk({ python }: ForeignPackages, mode: 'auto' | 'legacy'): ForeignClient {
  return inPython(`Python mcp ${versionOf('mcp')}, ${mode}`, python, 'mcp_client.py', [mode])
}

export function fastMcp({ python }: ForeignPackages): ForeignClient {
  return inPython(`FastMCP ${versionOf('fastmcp')}`, python, 'fastmcp_client.py', [])
}

function inPython(
  name: string,
  python: string,
  program: string,
  more: readonly string[],
): ForeignClient {
  const file = fileURLToPath(new URL(program, import.meta.url))
  return {
    name,
    async visit(url, { environment }, calls) {
      const args = [file, url, JSON.stringify(calls), ...more]
      const { code, stdout, stderr } = await runClient(python, args, environment)
      if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr}`)
      return JSON.parse(stdout) as readonly Shown[]
    },
  }
}
