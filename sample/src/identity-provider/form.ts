// Reads a posted form: urlencoded, small, each field once; anything else is no form.
import type { IncomingMessage } from 'node:http'

const MAX_BYTES = 8 * 1024

export async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const type = request.headers['content-type']?.split(';')[0]?.trim()
  if (request.method !== 'POST' || type !== 'application/x-www-form-urlencoded') return undefined
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BYTES) return undefined
    chunks.push(chunk)
  }
  const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
  const names = [...form.keys()]
  return new Set(names).size === names.length ? form : undefined
}
