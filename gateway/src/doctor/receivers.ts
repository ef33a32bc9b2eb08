// Who gets what of the audit log: the signer, the anchors, the sinks. Without a gateway they are reached and no more,
// because whatever is posted to them is kept; a gateway that runs says whether they take what it sends.
import { accessSync, constants, statSync } from 'node:fs'
import { createSignerClient } from '../audit/publish/signer-client.ts'
import type { AnchorSettings, AuditConfig, SinkSettings } from '../audit/settings.ts'
import { PRIVATE_ADDRESSES } from '../net/addresses.ts'
import type { Secrets } from '../secrets/resolve.ts'
import { good, notLookedAt, warning, wrong, type Cause, type Finding } from './finding.ts'
import type { LookAtNetwork } from './network.ts'
import type { RunningGateway } from './running.ts'

export type ReceiverParts = {
  readonly look: LookAtNetwork
  readonly secrets: Pick<Secrets, 'resolve'>
  readonly running: RunningGateway | undefined
}

export async function lookAtReceivers(
  { signer, anchors, sinks }: AuditConfig,
  parts: ReceiverParts,
): Promise<readonly Finding[]> {
  const findings = await Promise.all([
    lookAtSigner(signer?.socket),
    ...Object.entries(anchors).map(([id, settings]) =>
      lookAtReceiver('anchor', id, settings, parts),
    ),
    ...Object.entries(sinks).map(([id, settings]) => lookAtReceiver('sink', id, settings, parts)),
  ])
  if (Object.keys(anchors).length > 0 || signer === undefined) return findings.flat()
  const seen = 'there is none: nobody else has seen a checkpoint'
  return [...findings.flat(), warning('anchor', 'audit', seen, 'add one under `audit.anchors`')]
}

async function lookAtSigner(socket: string | undefined): Promise<readonly Finding[]> {
  if (socket === undefined) {
    const fix = 'run `sallyport audit signer`, and name its socket under `audit.signer`'
    return [warning('signer', 'audit', 'there is none: checkpoints are not signed', fix)]
  }
  try {
    const keys = await createSignerClient(socket).keys()
    return [good('signer', socket, `it answers, and has ${keys.length} keys`)]
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error)
    const refused = seen.includes('EACCES')
    const fix = refused
      ? 'let the user of the gateway into the group of the socket'
      : 'start it with `sallyport audit signer`'
    return [wrong('signer', socket, refused ? 'was_refused' : 'cannot_reach', seen, fix)]
  }
}

async function lookAtReceiver(
  check: 'anchor' | 'sink',
  id: string,
  settings: AnchorSettings | SinkSettings,
  { look, secrets, running }: ReceiverParts,
): Promise<readonly Finding[]> {
  if (settings.kind === 'folder') return [lookAtFolder(id, settings.path)]
  const { url, token, allowInsecure, allowAddresses } = settings
  const contact = await look(url, {
    allowAddresses: [...allowAddresses, ...(allowInsecure ? PRIVATE_ADDRESSES : [])],
    allowance: `\`allowAddresses\` of the ${check} \`${id}\``,
  })
  if (!contact.reached) {
    return [...contact.findings, notLookedAt(check, id, 'it is not reached')]
  }
  const told = running?.followers.find((one) => one.kind === check && one.id === id)
  if (told !== undefined) return [...contact.findings, toldBy(check, id, told)]
  const unread = token && (await secrets.resolve(token).then(() => undefined, String))
  if (unread !== undefined) {
    return [...contact.findings, wrong(check, id, 'here', unread, 'correct `token`')]
  }
  const seen = 'it is reached; whether it takes what is sent shows when the gateway runs'
  return [...contact.findings, good(check, id, seen)]
}

function toldBy(
  check: 'anchor' | 'sink',
  id: string,
  { failing, behind }: RunningGateway['followers'][number],
): Finding {
  if (failing === undefined) {
    return good(
      check,
      id,
      behind === '0' ? 'it has everything' : `${behind} records are on the way`,
    )
  }
  const cause: Cause = /\b40[13]\b/.test(failing) ? 'was_refused' : 'wrong_answer'
  const fix =
    cause === 'was_refused'
      ? 'correct its `token`, or its rights there'
      : 'see what runs at its URL'
  return wrong(check, id, cause, failing, fix)
}

function lookAtFolder(id: string, path: string): Finding {
  try {
    if (!statSync(path).isDirectory()) throw new Error('it is no folder')
    accessSync(path, constants.W_OK | constants.X_OK)
    return good('anchor', id, `${path} can be written`)
  } catch (error) {
    const seen = `${path}: ${error instanceof Error ? error.message : String(error)}`
    return wrong(
      'anchor',
      id,
      'here',
      seen,
      'mount it, and let the user of the gateway write there',
    )
  }
}
