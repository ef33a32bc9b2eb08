// Which program wrote the file, told by its shape.
import type { JsonValue } from '@sallyport/gateway/json/value.ts'
import { CommandFailure } from '../exit-codes.ts'
import { objectOf } from '../mcp/shape.ts'
import { agentcoreFile } from './agentcore.ts'
import { clientFile } from './client-files.ts'
import type { Recognised } from './source.ts'
import { toolhiveFile } from './toolhive.ts'

export function recognise(documents: readonly JsonValue[], path: string): Recognised {
  const [first = null] = documents
  const objects = documents.map(objectOf).filter((document) => document !== undefined)
  const only = documents.length === 1 ? objects[0] : undefined
  const found = (only && clientFile(only)) ?? toolhiveFile(objects) ?? agentcoreFile(first)
  if (found !== undefined) return found
  throw new CommandFailure('noInput', `\`${path}\` is of no kind that is known`, {
    fix: 'name an `mcp.json` of VS Code, Claude or Cursor, a configuration of ToolHive, or definitions of AgentCore targets',
  })
}
