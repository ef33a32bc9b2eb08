// The sign-ins of this person: one JSON file of mode 0600 under $XDG_CONFIG_HOME/sallyport. Grants are keyed
// by issuer and resource, registered clients by issuer: neither is ever used at another server.
// Writes replace the file as a whole; changes happen under a lock (token-lock.ts).
import { chmod, mkdir, open, rename } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { RegisteredClient } from '@sallyport/gateway/oauth/client.ts'
import { CommandFailure } from '../exit-codes.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** One sign-in. */
export type Grant = {
  /** The URL that the person named. */
  readonly url: string
  readonly issuer: string
  readonly resource: string
  readonly client: RegisteredClient
  /** Origins other than the issuer's that were allowed at sign-in. */
  readonly endpointOrigins: readonly string[]
  readonly accessToken: string
  readonly refreshToken?: string
  /** Wall clock; absent where the server did not say. */
  readonly expiresAtMs?: number
  readonly scope?: string
}

export type SignIns = {
  readonly version: 1
  readonly clients: readonly RegisteredClient[]
  readonly grants: readonly Grant[]
}

export function signInFolder(terminal: Pick<Terminal, 'environment'>): string {
  const base = terminal.environment['XDG_CONFIG_HOME']
  // MUST (XDG base directory specification): a relative path is to be ignored.
  const root = base?.startsWith('/') === true ? base : join(homedir(), '.config')
  return join(root, 'sallyport')
}

export async function readSignIns(folder: string): Promise<SignIns> {
  const path = join(folder, 'sign-ins.json')
  try {
    const handle = await open(path, 'r')
    try {
      const { mode } = await handle.stat()
      if ((mode & 0o077) !== 0) await handle.chmod(0o600)
      return parse(await handle.readFile('utf8'), path)
    } finally {
      await handle.close()
    }
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT')
      return { version: 1, clients: [], grants: [] }
    throw failure
  }
}

function parse(text: string, path: string): SignIns {
  try {
    const value = JSON.parse(text) as SignIns
    if (value.version === 1 && Array.isArray(value.grants) && Array.isArray(value.clients))
      return value
  } catch {
    // said below
  }
  const fix = `move \`${path}\` away and sign in again`
  throw new CommandFailure('noInput', `\`${path}\` is no file of sign-ins of this version`, { fix })
}

/** Only under the lock. The old file stays whole until the new one is. */
export async function writeSignIns(folder: string, signIns: SignIns): Promise<void> {
  const path = join(folder, 'sign-ins.json')
  const next = `${path}.next`
  const handle = await open(next, 'w', 0o600)
  try {
    await handle.chmod(0o600)
    await handle.writeFile(`${JSON.stringify(signIns, undefined, 2)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(next, path)
}

export async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
}

export function grantFor(signIns: SignIns, url: URL): Grant | undefined {
  return signIns.grants.find((grant) => grant.url === url.href)
}

/** Replaces what there is for the same issuer and resource, or the same URL. */
export function withGrant(signIns: SignIns, grant: Grant): SignIns {
  const others = signIns.grants.filter(
    (other) =>
      other.url !== grant.url &&
      (other.issuer !== grant.issuer || other.resource !== grant.resource),
  )
  return { ...signIns, grants: [...others, grant] }
}

export function withoutGrant(signIns: SignIns, grant: Grant): SignIns {
  return { ...signIns, grants: signIns.grants.filter((other) => other.url !== grant.url) }
}

export function withClient(signIns: SignIns, client: RegisteredClient): SignIns {
  const others = signIns.clients.filter((other) => other.issuer !== client.issuer)
  return { ...signIns, clients: [...others, client] }
}
