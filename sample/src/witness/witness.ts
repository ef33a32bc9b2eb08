// A witness of Acme's notary on loopback (C2SP tlog-witness): it signs that it has seen a checkpoint, if that one is
// signed by the key that it trusts and its tree begins with the one that it saw last. It shares no code with the gateway.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { listen } from '../listen.ts'
import { readState, writeState, type Seen } from './witness-state.ts'
import { isExtension } from './consistency.ts'
import { followedKeys, isSignedBy } from './followed-keys.ts'

export type WitnessSettings = {
  /** 0 or absent: any free port. */
  readonly port?: number
  /** Its name in cosignatures. */
  readonly name?: string
  /** Verifier key of the logs that it witnesses: every origin `<name of the key>/…`. */
  readonly logs: string
  /** Where the signer keeps its keys: those that the key of the logs vouches for are believed, too. */
  readonly keyHistory?: string
  /** Keeps its key and what it saw; absent: a key of this start alone. */
  readonly stateFile?: string
}

export type Witness = {
  /** Submission prefix. */
  readonly url: string
  /** Its verifier key. */
  readonly key: string
  /** Size that it saw last, by origin. */
  readonly seen: () => Readonly<Record<string, number>>
  readonly stop: () => Promise<void>
}

type Answer = readonly [status: number, body: string, type?: string]

const COSIGNATURE = 4
const ED25519 = 1
const OFFER =
  /^old (\d{1,16})\n((?:[A-Za-z0-9+/]{43}=\n){0,63})\n([^\n]+)\n(\d{1,16})\n([A-Za-z0-9+/]{43}=)\n\n((?:— [^\n]+\n)+)$/

export async function startWitness(settings: WitnessSettings): Promise<Witness> {
  const { name = 'witness.acme.example', logs, keyHistory, stateFile } = settings
  const state = readState(stateFile)
  const privateKey =
    state.privateKey === undefined
      ? generateKeyPairSync('ed25519').privateKey
      : createPrivateKey(state.privateKey)
  const seen = new Map<string, Seen>(Object.entries(state.seen))
  const keep = () =>
    writeState(stateFile, {
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      seen: Object.fromEntries(seen),
    })
  keep()

  const server = createServer()
  const { origin, stop } = await listen(server, settings.port ?? 0)
  server.on('request', (request, response) => {
    const send = ([status, body, type = 'text/plain; charset=utf-8']: Answer) =>
      void response.writeHead(status, { 'content-type': type, connection: 'close' }).end(body)
    if (request.headers.host !== new URL(origin).host) return send([421, ''])
    if (request.url !== '/add-checkpoint') return send([404, ''])
    if (request.method !== 'POST') return send([405, ''])
    text(request).then(
      (body) => send(judge(body)),
      () => response.destroy(),
    )
  })

  const judge = (body: string): Answer => {
    const [, old = '', lines = '', log = '', count = '', root = '', signatures = ''] =
      OFFER.exec(body) ?? []
    if (log === '') return [400, 'this is no offer of a checkpoint\n']
    const signed = `${log}\n${count}\n${root}\n`
    const size = Number(count)
    const keys = followedKeys(logs, keyHistory)
    if (!log.startsWith(`${keys[0]?.name}/`)) return [404, 'the log is not known here\n']
    const isByOne = keys.some(({ bytes }) => isSigned(signed, signatures, log, bytes))
    if (!isByOne) return [403, 'not by the key of the log\n']
    if (Number(old) > size) return [400, 'the old size is larger\n']
    const last = seen.get(log) ?? { size: 0, root: '' }
    if (last.size !== Number(old)) return [409, `${last.size}\n`, 'text/x.tlog.size']
    const proof = lines.split('\n').slice(0, -1)
    if (!isExtension(last, { size, root }, proof)) {
      return [422, 'the tree does not begin with the one that was seen\n']
    }
    seen.set(log, { size, root })
    keep()
    return [200, cosign(signed, name, privateKey, Math.floor(Date.now() / 1000))]
  }

  return {
    url: origin,
    key: verifierKey(name, privateKey),
    seen: () => Object.fromEntries([...seen].map(([log, { size }]) => [log, size])),
    stop,
  }
}

function isSigned(signed: string, signatures: string, log: string, bytes: Buffer): boolean {
  const id = idOf(log, ED25519, bytes)
  return signatures.split('\n').some((line) => {
    if (!line.startsWith(`— ${log} `)) return false
    const blob = Buffer.from(line.slice(log.length + 3), 'base64')
    return blob.subarray(0, 4).equals(id) && isSignedBy(signed, line, log, bytes)
  })
}

function cosign(signed: string, name: string, privateKey: KeyObject, seconds: number): string {
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(seconds))
  const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${signed}`)
  const id = idOf(name, COSIGNATURE, publicBytesOf(privateKey))
  const blob = Buffer.concat([id, time, sign(null, message, privateKey)])
  return `— ${name} ${blob.toString('base64')}\n`
}

function verifierKey(name: string, privateKey: KeyObject): string {
  const bytes = publicBytesOf(privateKey)
  const encoded = Buffer.concat([Buffer.of(COSIGNATURE), bytes]).toString('base64')
  return `${name}+${idOf(name, COSIGNATURE, bytes).toString('hex')}+${encoded}`
}

function publicBytesOf(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-32)
}

function idOf(name: string, type: number, bytes: Buffer): Buffer {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(type))
    .update(bytes)
    .digest()
    .subarray(0, 4)
}
