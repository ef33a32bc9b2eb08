// The generated schema in Cedar's own notation, for editors. A large one takes the engine a while: that is done in a
// thread of its own, which ends with it.
import { startWorker } from '../system/worker.ts'
import { cedar } from './engine.ts'
import type { CedarSchema } from './request-schema.ts'

const SMALL = 64 * 1024

/** `json` is the schema in its JSON form. Rejects where the engine has no text for it. */
export async function cedarNotation(json: string): Promise<string> {
  const text = json.length <= SMALL ? notationOf(json) : await besides(json)
  if (text === undefined) throw new Error('the engine has no text for the schema')
  return text
}

export function notationOf(json: string): string | undefined {
  return cedar.schemaText(JSON.parse(json) as CedarSchema)
}

async function besides(json: string): Promise<string | undefined> {
  const worker = startWorker(new URL('./schema-text-worker.ts', import.meta.url), json)
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', () => reject(new Error('the worker ended')))
    })
  } finally {
    await worker.terminate()
  }
}
