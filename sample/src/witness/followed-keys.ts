// The keys that a witness believes for a log: the one that it was told, and each that a believed one vouches for in the
// history that the signer keeps beside its key (docs/audit-format.md, Keys). It is read anew when it is needed, so that
// a rotation is no end of the log.
import { createPublicKey, verify } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'

export type FollowedKey = { readonly name: string; readonly bytes: Buffer }

type Line = { readonly key?: unknown; readonly statement?: unknown }

/** `history`: a file of lines `{"key","statement"}`, oldest first; absent: nobody follows. */
export function followedKeys(told: string, history: string | undefined): readonly FollowedKey[] {
  const believed = [told]
  for (const { key, statement } of linesOf(history)) {
    if (typeof key !== 'string' || typeof statement !== 'string') continue
    if (believed.some((one) => vouches(one, key, statement))) believed.push(key)
  }
  return believed.map(parse)
}

export function isSignedBy(signed: string, line: string, name: string, bytes: Buffer): boolean {
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') },
    format: 'jwk',
  })
  const blob = Buffer.from(line.slice(name.length + 3), 'base64')
  return verify(null, Buffer.from(signed), key, blob.subarray(ID_BYTES))
}

const ID_BYTES = 4

function linesOf(path: string | undefined): readonly Line[] {
  if (path === undefined || !existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Line)
}

/** A note of four lines by the key before, under its own name. */
function vouches(before: string, after: string, statement: string): boolean {
  const [text = '', signature = ''] = statement.split(/\n\n/)
  const [what, from, to, time, ...rest] = text.split('\n')
  const { name, bytes } = parse(before)
  return (
    what === 'sallyport/audit key change' &&
    from === before &&
    to === after &&
    time !== undefined &&
    rest.length === 0 &&
    parse(after).name === name &&
    signature.startsWith(`— ${name} `) &&
    isSignedBy(`${text}\n`, signature.trimEnd(), name, bytes)
  )
}

function parse(key: string): FollowedKey {
  const [name = '', , ...encoded] = key.split('+')
  return { name, bytes: Buffer.from(encoded.join('+'), 'base64').subarray(1) }
}
