// Operator file: the process that holds the checkpoint key (policy-audit §2.3). It sees origins, sizes and roots, never
// a record. It signs a tree that begins with the one that it signed last, that records of it may be pruned, and nothing
// else. One unix socket:
//
//   POST /sign   an offer (checkpoint.ts) → one signature line · 409 and the size that it knows · 403 · 422 · 400
//   POST /prune  origin and number of records → a note (prune-statement.ts) · 409 and the size that it knows · 403 · 400
//   GET  /keys   its keys, as in `checkpoint.keys`
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { chmodSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { keyLine } from '../known-keys.ts'
import type { TakeHold } from '../log-folder.ts'
import { holdOn } from '../side-file-hold.ts'
import { systemClock, type Clock } from '../../system/clock.ts'
import { ensureKeys, readKeys, type SignerKeys } from './keys.ts'
import { openRemembered } from './remembered.ts'
import { bad, SIGNS, type Answer } from './sign.ts'

export type SignerSettings = {
  readonly socket: string
  /** The key; made where it is not there. Beside it lie its history and what was signed. */
  readonly keyFile: string
  /** What stands before the name of the log in every origin that it signs for. */
  readonly name: string
  /** The socket has mode 0660: for a gateway that runs as another user. */
  readonly groupMayConnect?: boolean
  readonly clock?: Clock
  /** A hold that ends with the process: two signers on one key would sign two pasts. */
  readonly takeHold: TakeHold
}

export type Signer = {
  /** The key in use, as verifiers need it. */
  readonly verifierKey: () => string
  readonly close: () => Promise<void>
}

const MAX_BYTES = 16 * 1024
const PLAIN = { 'content-type': 'text/plain; charset=utf-8' }

/** Rejects in words where the socket or a file cannot be had, or another signer has the key. */
export async function startSigner(settings: SignerSettings): Promise<Signer> {
  const hold = holdOn(`${settings.keyFile}.lock`, settings.takeHold)
  if (hold === undefined) throw new Error(`another signer uses \`${settings.keyFile}\``)
  try {
    const { verifierKey, close } = await serve(settings)
    return { verifierKey, close: () => close().finally(hold.release) }
  } catch (error) {
    hold.release()
    throw error
  }
}

async function serve({
  socket,
  keyFile,
  name,
  groupMayConnect = false,
  clock = systemClock,
}: SignerSettings): Promise<Signer> {
  const read = createKeyReader(keyFile, name)
  const remembered = openRemembered(`${keyFile}.signed`)
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const what = `${request.method} ${request.url}`
    if (what === 'GET /keys') return { status: 200, body: read().history.map(keyLine).join('') }
    const signs = SIGNS[what]
    if (signs === undefined) {
      return { status: 404, body: 'there is POST /sign, POST /prune and GET /keys\n' }
    }
    const body = await bodyOf(request)
    if (body === undefined) return bad('the offer is too long')
    return signs(body, { ...read(), remembered, name, clock })
  }
  const server = createServer({ requestTimeout: 5000 }, (request, response) => {
    answer(request)
      .catch((error: unknown) => ({ status: 500, body: `${wordsOf(error)}\n` }))
      .then(({ status, body }) => response.writeHead(status, PLAIN).end(body))
      .catch(() => response.destroy())
  })
  await listen(server, socket, groupMayConnect ? 0o660 : 0o600)
  return {
    verifierKey: () => read().history.at(-1)?.key ?? '',
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          remembered.close()
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

/** The key is read again when its file was replaced: a rotation needs no restart. */
function createKeyReader(file: string, name: string): () => SignerKeys {
  let keys = ensureKeys(file, name)
  let stamp = stampOf(file)
  return () => {
    const now = stampOf(file)
    if (now !== stamp) keys = readKeys(file, name)
    stamp = now
    return keys
  }
}

/** The number alone comes back: that of the key before last is free for the next one. */
function stampOf(file: string): string {
  const { ino, mtimeMs } = statSync(file)
  return `${ino} ${mtimeMs}`
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

async function listen(server: Server, socket: string, mode: number): Promise<void> {
  if (await answers(socket)) throw new Error(`a signer answers at \`${socket}\` already`)
  rmSync(socket, { force: true })
  const umask = process.umask(0o177) // no window between creation and chmod
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(socket, resolve)
    })
  } finally {
    process.umask(umask)
  }
  chmodSync(socket, mode)
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown failure'
}
