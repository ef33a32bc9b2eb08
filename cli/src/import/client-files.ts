// Files of MCP clients: VS Code (`servers`, `inputs`), and Claude Code, Claude Desktop, Cursor and others (`mcpServers`; in
// Claude Code's own file also below `projects`).
import type { JsonObject, JsonValue } from '@sallyport/gateway/json/value.ts'
import { objectOf, stringOf } from '../mcp/shape.ts'
import { importedHeaders } from './headers.ts'
import type { ImportedServer, Recognised } from './source.ts'

export function clientFile(value: JsonObject): Recognised | undefined {
  const settings = objectOf(value['mcp'])
  if (objectOf(value['servers'] ?? settings?.['servers']) !== undefined) {
    const from = settings ?? value
    const prefix = settings === undefined ? '' : 'mcp.'
    return {
      format: 'VS Code',
      servers: serversOf(from['servers'], `${prefix}servers`),
      left: inputsOf(from['inputs']),
    }
  }
  const servers = [
    ...serversOf(value['mcpServers'], 'mcpServers'),
    ...Object.entries(objectOf(value['projects']) ?? {}).flatMap(([folder, project]) =>
      serversOf(objectOf(project)?.['mcpServers'], `projects.${folder}.mcpServers`),
    ),
  ]
  const known = objectOf(value['mcpServers']) !== undefined || servers.length > 0
  return known ? { format: 'Claude, Cursor or the like', servers, left: [] } : undefined
}

const KNOWN = new Set([
  'type',
  'transport',
  'url',
  'serverUrl',
  'httpUrl',
  'headers',
  'disabled',
  'enabled',
])
/** Of a server that is started as a program, it is all about the program. */
const IGNORED = new Set(['name', 'description', 'gallery', 'version', 'args', 'command', 'cwd'])
const MEANING: Readonly<Record<string, string>> = {
  env: 'variables for a program (`env`): a server at a URL has its own',
  envFile: 'variables for a program (`envFile`): a server at a URL has its own',
  alwaysAllow: 'tools that the client approved in advance: write permits for them',
  autoApprove: 'tools that the client approved in advance: write permits for them',
  tools: 'a choice of tools: write permits for those that are wanted',
  oauth:
    'how the client signs in there: this version shows a target one static credential, or none',
  auth: 'how the client signs in there: this version shows a target one static credential, or none',
  timeout: 'a time limit: `timeouts` of the target has the settings for it',
  headersHelper:
    'a program that makes headers: this version reads a credential from a file or a variable',
}

function serversOf(value: JsonValue | undefined, place: string): readonly ImportedServer[] {
  return Object.entries(objectOf(value) ?? {}).map(([name, server]) =>
    serverOf(name, objectOf(server) ?? {}, `${place}.${name}`),
  )
}

function serverOf(name: string, server: JsonObject, place: string): ImportedServer {
  const members = Object.keys(server).filter((member) => !KNOWN.has(member) && !IGNORED.has(member))
  return {
    name,
    place,
    reach: reachOf(server),
    headers: importedHeaders(objectOf(server['headers'])),
    left: members.map(
      (member) => MEANING[member] ?? `\`${member}\`: nothing here corresponds to it`,
    ),
    disabled: server['disabled'] === true || server['enabled'] === false,
  }
}

function reachOf(server: JsonObject): ImportedServer['reach'] {
  const type = stringOf(server['type'] ?? server['transport'])?.toLowerCase()
  const url = stringOf(server['url'] ?? server['serverUrl'] ?? server['httpUrl'])
  const program = stringOf(server['command'])
  if (type === 'stdio' || (url === undefined && program !== undefined)) {
    return { by: 'program', program: program ?? 'unknown' }
  }
  if (url === undefined) return { by: 'other', words: 'it has neither a URL nor a command' }
  // Which of both transports it is, the gateway finds out.
  const http = type === undefined || /^(http|streamable-?http|https|sse)$/.test(type)
  if (http) return { by: 'http', url }
  return { by: 'other', words: `its transport is \`${type}\`` }
}

function inputsOf(value: JsonValue | undefined): readonly string[] {
  const count = Array.isArray(value) ? value.length : 0
  return count === 0
    ? []
    : [
        `${count === 1 ? 'one question' : `${count} questions`} to the user (\`inputs\`): each person had a secret of their own; a target here has one`,
      ]
}
