// Who else keeps checkpoints (policy-audit §2.3): a folder on another disk, something that takes a POST, a witness that
// checks and cosigns (C2SP tlog-witness, tlog-cosignature). Each resolves once it has the checkpoint.
import { join } from 'node:path'
import { offerText, type SignedCheckpoint } from '../checkpoint.ts'
import { isSignedBy, noteText, parseSignature, parseVerifierKey, type Note } from '../note.ts'
import type { AnchorSettings } from '../settings.ts'
import { appendNote } from './append-note.ts'
import type { FollowedLog } from './followed-log.ts'
import { send, type SendParts } from './send.ts'

/** Resolves with the note and what the anchor added to it, where it did. Rejects in words. */
export type Anchor = (
  log: FollowedLog,
  checkpoint: SignedCheckpoint,
  /** The size that it is known to have. */
  former: number,
) => Promise<Note | undefined>

export function createAnchor(settings: AnchorSettings, parts: SendParts): Anchor {
  switch (settings.kind) {
    case 'folder':
      return (log, { note }) => appendNote(join(settings.path, `${log.name}.checkpoints`), note)
    case 'https':
      return async (_log, { note }) => {
        const { status } = await send(settings, parts, noteText(note), TEXT)
        if (!isGood(status)) throw new Error(`it answered ${status}`)
        return undefined
      }
    case 'witness':
      return witness(settings, parts)
  }
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8' }

function witness(settings: Extract<AnchorSettings, { kind: 'witness' }>, parts: SendParts): Anchor {
  const key = parseVerifierKey(settings.key)
  const url = `${settings.url.replace(/\/$/, '')}/add-checkpoint`

  const offer = async (
    log: FollowedLog,
    checkpoint: SignedCheckpoint,
    former: number,
    again: boolean,
  ): Promise<Note | undefined> => {
    const { size, note } = checkpoint
    const { proof } = await log.tree({ size, from: former })
    if (proof === undefined) {
      throw new Error(`it has seen ${former} records of this log, and there are ${size}`)
    }
    const body = offerText({ former, proof, checkpoint: noteText(note) })
    const { status, text } = await send({ ...settings, url }, parts, body, TEXT)
    if (status === 409 && !again && /^\d{1,16}\n?$/.test(text)) {
      return offer(log, checkpoint, Number(text), true)
    }
    if (status !== 200) throw new Error(`it answered ${status}`)
    // Its own alone: a bad one in the name of the signer would make the checkpoint one that nobody believes.
    const added = text
      .split('\n')
      .flatMap((line) => parseSignature(line) ?? [])
      .filter((one) => key && isSignedBy({ text: note.text, signatures: [one] }, key))
    if (added.length === 0) throw new Error('its cosignature is not good')
    return { text: note.text, signatures: [...note.signatures, ...added] }
  }
  return (log, checkpoint, former) => offer(log, checkpoint, former, false)
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300
}
