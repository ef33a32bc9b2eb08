// Documents as resources (MCP 2025-11-25, server/resources): each listed by its URI, all of them by one template
// whose id is completed, and subscriptions to single ones. SDK v1 leaves subscriptions to its user.
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import {
  ErrorCode,
  McpError,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import type { Document } from './company-documents.ts'
import type { Library } from './library.ts'

const SCHEME = 'acme://documents/'
const MIME_TYPE = 'text/markdown'
const MAX_COMPLETIONS = 100
const MAX_SUBSCRIPTIONS = 200
/** JSON-RPC code of this revision for a resource that does not exist. */
const NOT_FOUND = -32002

export function registerResources(server: McpServer, library: Library): () => void {
  const template = new ResourceTemplate(`${SCHEME}{id}`, {
    list: () => ({ resources: library.list().map(listed) }),
    complete: { id: (begun) => idsThatBegin(library, begun) },
  })
  server.registerResource(
    'document',
    template,
    { title: 'Document', description: 'A contract, a guide or a note', mimeType: MIME_TYPE },
    (uri, { id }) => {
      const document = library.read(String(id))
      if (document === undefined) throw new McpError(NOT_FOUND, 'there is no such document')
      return { contents: [{ uri: uri.href, mimeType: MIME_TYPE, text: asMarkdown(document) }] }
    },
  )
  return subscriptions(server, library)
}

export function idsThatBegin(library: Library, begun: string): string[] {
  const ids = library.list().map(({ id }) => id)
  return ids.filter((id) => id.startsWith(begun)).slice(0, MAX_COMPLETIONS)
}

export function asMarkdown({ title, text }: Document): string {
  return `# ${title}\n\n${text}\n`
}

function listed({ id, title, kind }: Document) {
  return { uri: `${SCHEME}${id}`, name: id, title, description: kind, mimeType: MIME_TYPE }
}

/** One session's subscriptions. Returns what ends them. */
function subscriptions({ server }: McpServer, library: Library): () => void {
  const watched = new Set<string>()
  server.registerCapabilities({ resources: { subscribe: true, listChanged: true } })
  server.setRequestHandler(SubscribeRequestSchema, ({ params: { uri } }) => {
    if (!watched.has(uri) && watched.size >= MAX_SUBSCRIPTIONS) {
      throw new McpError(ErrorCode.InvalidParams, 'too many subscriptions')
    }
    watched.add(uri)
    return {}
  })
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
    watched.delete(uri)
    return {}
  })
  return library.watch((change) => {
    const uri = change.kind === 'updated' ? `${SCHEME}${change.id}` : undefined
    if (uri === undefined) void server.sendResourceListChanged().catch(() => undefined)
    else if (watched.has(uri)) void server.sendResourceUpdated({ uri }).catch(() => undefined)
  })
}
