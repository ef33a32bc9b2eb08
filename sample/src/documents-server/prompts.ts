// Prompts of the documents server (MCP 2025-11-25, server/prompts): texts that a person picks, with arguments that
// are completed, and the document itself as an embedded resource.
import { completable } from '@modelcontextprotocol/sdk/server/completable.js'
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { GetPromptResult } from '@modelcontextprotocol/sdk/types.js'
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import type { Library } from './library.ts'
import { asMarkdown, idsThatBegin } from './resources.ts'

export function registerPrompts(server: McpServer, library: Library): void {
  const id = completable(z.string().describe('Id of the document'), (begun) =>
    idsThatBegin(library, begun),
  )
  server.registerPrompt(
    'summarise_document',
    {
      title: 'Summarise a document',
      description: 'A summary of one document in five lines',
      argsSchema: { id },
    },
    ({ id }) => asking(library, [id], 'Summarise this document in five lines for a colleague.'),
  )
  server.registerPrompt(
    'compare_contracts',
    {
      title: 'Compare two contracts',
      description: 'Prices, volumes, invoicing and disputes of two contracts side by side',
      argsSchema: { first: id, second: id },
    },
    ({ first, second }) =>
      asking(library, [first, second], 'Compare price, volume, invoicing and disputes of these.'),
  )
}

function asking(library: Library, ids: readonly string[], question: string): GetPromptResult {
  const documents = ids.map((id) => {
    const document = library.read(id)
    if (document === undefined) {
      throw new McpError(ErrorCode.InvalidParams, `there is no document \`${id}\``)
    }
    const uri = `acme://documents/${id}`
    const resource = { uri, mimeType: 'text/markdown', text: asMarkdown(document) }
    return { role: 'user' as const, content: { type: 'resource' as const, resource } }
  })
  return {
    messages: [...documents, { role: 'user' as const, content: { type: 'text', text: question } }],
  }
}
