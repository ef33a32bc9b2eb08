// What the signer says to an offer (signer.ts): a signature where the tree begins with the one that it signed last, a note
// that records may be pruned where it has signed them, else why not. What it signs it remembers first.
import { checkpointText, parseCheckpoint, parseOffer, type Checkpoint } from '../checkpoint.ts'
import { noteText, signatureLine, signText } from '../note.ts'
import { parsePruneOrder, pruneText } from '../prune-statement.ts'
import type { Clock } from '../../system/clock.ts'
import { isConsistent } from '../tree.ts'
import type { SignerKeys } from './keys.ts'
import type { Remembered } from './remembered.ts'

export type Answer = { readonly status: number; readonly body: string }

const MAX_LOG_NAME = 128

export type SignParts = Pick<SignerKeys, 'privateKey'> & {
  readonly remembered: Remembered
  readonly name: string
  readonly clock: Clock
}

export const SIGNS: Readonly<Record<string, (body: string, parts: SignParts) => Answer>> = {
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
  const log = origin.slice(name.length + 1)
  return origin.startsWith(`${name}/`) && !log.includes('/') && log.length <= MAX_LOG_NAME
}

function notOwn(name: string): Answer {
  return { status: 403, body: `the origin is not one of \`${name}\`\n` }
}

export function bad(words: string): Answer {
  return { status: 400, body: `${words}\n` }
}
