// Policy schemas that were generated, kept in the store by what they were made of, so that a later start or another
// configuration need not load the generator. A store that does not answer costs time and nothing else.
import { createHash } from 'node:crypto'
import type { Store } from '../store/store.ts'
import type { Generated } from './workshop.ts'

type Key = { readonly name: string; readonly from: string }

export type KeptSchemas = {
  /** Parts by name, of those that are known. */
  readonly read: (tools: readonly Key[]) => Promise<ReadonlyMap<string, string>>
  readonly write: (tools: readonly (Key & { readonly generated: Generated })[]) => void
}

/** Both packages and our own reading: another version may make another schema of the same input. */
export const MADE_BY = 'cedar-wasm 4.13.0, mcp-schema-generator-wasm 0.6.0, sallyport 1'
/** Larger ones are generated each time. */
const MAX_PARTS = 256 * 1024

export function createKeptSchemas(store: Pick<Store, 'get' | 'put'>): KeptSchemas {
  return {
    async read(tools) {
      const rows = await Promise.all(
        tools.map((tool) => store.get('tool_schema', idOf(tool)).catch(() => undefined)),
      )
      const known = new Map<string, string>()
      for (const [at, { name }] of tools.entries()) {
        const value = rows[at]?.value
        if (value !== undefined) known.set(name, value)
      }
      return known
    },
    write(tools) {
      for (const { name, from, generated } of tools) {
        if (!('parts' in generated) || generated.parts.length > MAX_PARTS) continue
        const put = {
          kind: 'tool_schema',
          id: idOf({ name, from }),
          value: generated.parts,
        } as const
        store.put(put).catch(() => undefined)
      }
    },
  }
}

function idOf({ name, from }: Key): string {
  return createHash('sha256')
    .update(JSON.stringify([MADE_BY, name, from]))
    .digest('hex')
}
