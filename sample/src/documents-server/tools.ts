// The tools of the documents server, in the terms of SDK v1: search and read, write a note, and delete one, which
// asks the person first (elicitation, MCP 2025-11-25). What cannot be done is a result with `isError`, in words.
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import type { Document } from './company-documents.ts'
import type { Library } from './library.ts'

const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
  .describe('Id of the document: lower-case letters, digits and hyphens')
const kind = z.enum(['contract', 'guide', 'note'])
const head = { id, title: z.string(), kind }
const MAX_FOUND = 20

const reading = { readOnlyHint: true, idempotentHint: true, openWorldHint: false }

export function registerTools(server: McpServer, library: Library): void {
  server.registerTool(
    'search_documents',
    {
      title: 'Search documents',
      description: 'Documents that hold all of the words, best first.',
      inputSchema: {
        words: z.string().min(1).max(200).describe('Words that have to occur'),
        limit: z.number().int().min(1).max(MAX_FOUND).default(10).describe('How many at most'),
      },
      outputSchema: { found: z.array(z.object({ ...head, excerpt: z.string() })) },
      annotations: reading,
    },
    ({ words, limit }) => structured({ found: library.search(words, limit) }),
  )
  server.registerTool(
    'read_document',
    {
      title: 'Read a document',
      description: 'The whole text of one document.',
      inputSchema: { id },
      outputSchema: { ...head, counterparty: z.string().optional(), text: z.string() },
      annotations: reading,
    },
    ({ id }) => {
      const document = library.read(id)
      return document === undefined
        ? problem(`there is no document \`${id}\``)
        : structured(document)
    },
  )
  server.registerTool(
    'write_note',
    {
      title: 'Write a note',
      description:
        'Keeps a note; one with the same id is replaced. Contracts and guides cannot be.',
      inputSchema: {
        id,
        title: z.string().min(1).max(120).describe('Title of the note'),
        text: z.string().max(20_000).describe('Text of the note'),
      },
      outputSchema: head,
      annotations: { readOnlyHint: false, idempotentHint: true, openWorldHint: false },
    },
    ({ id, title, text }) => {
      const note = library.write(id, title, text)
      if (note === undefined) return problem(`\`${id}\` is no note, or there are too many notes`)
      return structured({ id: note.id, title: note.title, kind: note.kind })
    },
  )
  server.registerTool(
    'delete_note',
    {
      title: 'Delete a note',
      description: 'Deletes a note for good, once the person has confirmed it.',
      inputSchema: { id },
      annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
    },
    async ({ id }, { sendRequest, signal }) => {
      const note = library.read(id)
      if (note?.kind !== 'note') return problem(`there is no note \`${id}\``)
      const capabilities = server.server.getClientCapabilities()
      if (capabilities?.elicitation === undefined) {
        return problem('deleting asks the person first, and this client cannot ask')
      }
      const answer = await sendRequest(
        { method: 'elicitation/create', params: confirmation(note) },
        ELICITED,
        { signal },
      )
      if (answer.action !== 'accept' || answer.content?.confirm !== true) {
        return said(`the note \`${id}\` was kept`)
      }
      return library.remove(id) ? said(`the note \`${id}\` is deleted`) : problem('it is gone')
    },
  )
}

const ELICITED = z.object({
  action: z.enum(['accept', 'decline', 'cancel']),
  content: z.looseObject({ confirm: z.boolean().optional() }).optional(),
})

function confirmation({ title }: Document) {
  return {
    message: `Delete the note “${title}” for good?`,
    requestedSchema: {
      type: 'object' as const,
      properties: { confirm: { type: 'boolean' as const, title: 'Delete it' } },
      required: ['confirm'],
    },
  }
}

function structured(value: object): CallToolResult {
  return {
    content: [{ type: 'text', text: JSON.stringify(value) }],
    structuredContent: value as Record<string, unknown>,
  }
}

function said(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] }
}

function problem(text: string): CallToolResult {
  return { ...said(text), isError: true }
}
