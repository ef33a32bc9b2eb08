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
import { checkpointText, parseCheckpoint, parseOffer, type Checkpoint } from '../checkpoint.ts'
import { keyLine } from '../known-keys.ts'
import { noteText, signatureLine, signText } from '../note.ts'
import { parsePruneOrder, pruneText } from '../prune-statement.ts'
import { isConsistent } from '../tree.ts'
import { systemClock, type Clock } from '../../system/clock.ts'
import { ensureKeys, readKeys, type SignerKeys } from './keys.ts'
import { openRemembered, type Remembered } from './remembered.ts'

export type SignerSettings = {
  readonly socket: string
  /** The key; made where it is not there. Beside it lie its history and what was signed. */
  readonly keyFile: string
  /** What stands before the name of the log in every origin that it signs for. */
  readonly name: string
  /** The socket has mode 0660: for a gateway that runs as another user. */
  readonly groupMayConnect?: boolean
  readonly clock?: Clock
}

export type Signer = {
  /** The key in use, as verifiers need it. */
  readonly verifierKey: () => string
  readonly close: () => Promise<void>
}

type Answer = { readonly status: number; readonly body: string }

const MAX_BYTES = 16 * 1024
const PLAIN = { 'content-type': 'text/plain; charset=utf-8' }

/** Rejects in words where the socket or a file cannot be had. */
export async function startSigner({
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

type SignParts = Pick<SignerKeys, 'privateKey'> & {
  readonly remembered: Remembered
  readonly name: string
  readonly clock: Clock
}

const SIGNS: Readonly<Record<string, (body: string, parts: SignParts) => Answer>> = {
  'POST /sign': sign,
  'POST /prune': signPrune,
}

function sign(body: string, { privateKey, remembered, name }: SignParts): Answer {
  const offer = parseOffer(body)
  const offered = offer && parseCheckpoint(offer.checkpoint)
  if (offer === undefined || offered === undefined) return bad('it is no offer of a checkpoint')
  const { origin, size } = offered
  if (!isOwn(origin, name)) return notOwn(name)
  const last = remembered.last(origin)
  const former: Checkpoint = last ?? { origin, size: 0, root: Buffer.alloc(0) }
  if (offer.former !== former.size || size < former.size) {
    return { status: 409, body: `${former.size}\n` }
  }
  if (!isConsistent(former, offered, offer.proof)) {
    return { status: 422, body: `the tree does not begin with the ${former.size} leaves signed\n` }
  }
  // Written first: after a crash in between, one more was remembered than was signed, and nothing is lost by it.
  if (size > former.size) remembered.remember(offered)
  return { status: 200, body: signatureLine(signText(checkpointText(offered), origin, privateKey)) }
}

/** What was never under a checkpoint cannot go by order. */
function signPrune(body: string, { privateKey, remembered, name, clock }: SignParts): Answer {
  const order = parsePruneOrder(body)
  if (order === undefined) return bad('it is no order to prune')
  if (!isOwn(order.origin, name)) return notOwn(name)
  const signed = remembered.last(order.origin)?.size ?? 0
  if (order.until > signed) {
    return {
      status: 409,
      body: `it has signed ${signed} records of this log, not ${order.until}\n`,
    }
  }
  const text = pruneText({ ...order, time: new Date(clock.wallMs()).toISOString() })
  const note = { text, signatures: [signText(text, order.origin, privateKey)] }
  return { status: 200, body: noteText(note) }
}

function isOwn(origin: string, name: string): boolean {
  return origin.startsWith(`${name}/`) && !origin.slice(name.length + 1).includes('/')
}

function notOwn(name: string): Answer {
  return { status: 403, body: `the origin is not one of \`${name}\`\n` }
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

function bad(words: string): Answer {
  return { status: 400, body: `${words}\n` }
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
