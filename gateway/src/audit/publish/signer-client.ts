// The gateway's end of the signer's socket (signer/signer.ts). Every call has a deadline and a connection of its own.
import { request } from 'node:http'
import { offerText, type Offer } from '../checkpoint.ts'
import { parseKeyLines, type KnownKey } from '../known-keys.ts'
import type { Note } from '../note.ts'
import { parseSignedPrune, pruneOrderText, type PruneStatement } from '../prune-statement.ts'

export type SignerClient = {
  /** One signature line; or the size that it knows, where that is another than the offer says. Rejects in words. */
  readonly sign: (offer: Offer) => Promise<{ readonly line: string } | { readonly known: number }>
  /** A note that says so. Rejects in words. */
  readonly prune: (order: Omit<PruneStatement, 'time'>) => Promise<Note>
  readonly keys: () => Promise<readonly KnownKey[]>
}

const PATIENCE_MS = 5000
const MAX_BYTES = 1024 * 1024

export function createSignerClient(socketPath: string): SignerClient {
  return {
    sign: async (offer) => {
      const { status, body } = await ask(socketPath, 'POST', '/sign', offerText(offer))
      if (status === 200) return { line: body.trimEnd() }
      if (status === 409) return { known: Number(body) }
      throw new Error(`the signer refused: ${body.trim()}`)
    },
    prune: async (order) => {
      const { status, body } = await ask(socketPath, 'POST', '/prune', pruneOrderText(order))
      if (status !== 200) throw new Error(`the signer refused: ${body.trim()}`)
      const signed = parseSignedPrune(body)
      if (signed?.origin !== order.origin || signed.until !== order.until) {
        throw new Error('the signer answered with another statement')
      }
      return signed.note
    },
    keys: async () => {
      const { status, body } = await ask(socketPath, 'GET', '/keys')
      if (status !== 200) throw new Error(`the signer answered ${status}`)
      return parseKeyLines(body)
    },
  }
}

function ask(
  socketPath: string,
  method: string,
  path: string,
  text?: string,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, agent: false }, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > MAX_BYTES) sent.destroy(new Error('the answer is too long'))
        else chunks.push(chunk)
      })
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() })
      })
      response.once('error', reject)
    })
    const signal = AbortSignal.timeout(PATIENCE_MS)
    signal.addEventListener('abort', () => sent.destroy(new Error('the signer does not answer')))
    sent.once('error', (error) => reject(new Error(`no signer: ${error.message}`)))
    sent.end(text)
  })
}
