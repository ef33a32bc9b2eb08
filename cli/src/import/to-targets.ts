// Servers of another program's file → targets as this version knows them, and in words what could not become one. No value
// of a secret is taken over: a target gets a reference, and the report says where to put the value.
import { isCredentialHeader } from '@sallyport/gateway/credential/header.ts'
import type { ImportedHeader, ImportedServer, Recognised } from './source.ts'
import { createTargetIds } from './target-ids.ts'

export type Target = {
  readonly id: string
  readonly url: string
  readonly allowInsecureTarget: boolean
  readonly credential:
    | {
        readonly header: string
        readonly prefix: string
        readonly secret: { readonly file: string } | { readonly env: string }
      }
    | undefined
}

export type Imported = {
  readonly format: string
  readonly targets: readonly Target[]
  /** What was not carried over, and why. */
  readonly left: readonly { readonly what: string; readonly why: string }[]
  /** What a person has to do before it runs. */
  readonly todo: readonly string[]
}

export function toTargets({ format, servers, left }: Recognised): Imported {
  const idOf = createTargetIds()
  const targets: Target[] = []
  const leftOver = left.map((why) => ({ what: 'the file', why }))
  const todo: string[] = []
  for (const server of servers) {
    const what = `\`${server.name}\` (${server.place})`
    const unreachable = whyNot(server)
    if (unreachable !== undefined) {
      leftOver.push({ what, why: unreachable })
      continue
    }
    const id = idOf(server.name)
    if (id !== server.name)
      todo.push(`\`${server.name}\` is called \`${id}\` here, in policies too`)
    const { target, dropped } = targetOf(id, server)
    targets.push(target)
    leftOver.push(...[...server.left, ...dropped].map((why) => ({ what, why })))
    todo.push(...todoOf(target))
  }
  return { format, targets, left: leftOver, todo }
}

function whyNot({ reach, disabled }: ImportedServer): string | undefined {
  if (disabled) return 'it is switched off in the file'
  switch (reach.by) {
    case 'program':
      return `it is a program on stdio (\`${programOf(reach.program)}\`): this version connects to servers over HTTP; run it behind a streamable HTTP endpoint`
    case 'other':
      return reach.words
    case 'http':
      return whyNotUrl(reach.url)
  }
}

/** The name alone: what follows may hold a secret. */
function programOf(program: string): string {
  return program.split(/[/\\]/).at(-1)?.split(/\s/)[0] ?? ''
}

function whyNotUrl(text: string): string | undefined {
  if (text.includes('${') || /\{[^}]*\}|<[^>]*>/.test(text)) {
    return 'its URL has a part that is filled in later: write the target by hand once it is known'
  }
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return 'its URL is none of http or https'
  if (url.username !== '' || url.password !== '') {
    return 'its URL holds a credential: write the URL without it, and the credential as a reference'
  }
  if (text.includes('?') || text.includes('#')) {
    return 'its URL has a query or a fragment, where a secret cannot be kept: write the URL without it, and a secret as a credential'
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return 'its URL is plain http: give the server TLS, or write the target by hand with `allowInsecureTarget: true`'
  }
  return undefined
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d+){3}$/.test(host)
}

function targetOf(
  id: string,
  { reach, headers }: ImportedServer,
): { readonly target: Target; readonly dropped: readonly string[] } {
  const url = reach.by === 'http' ? reach.url : ''
  const usable = headers.filter(({ name }) => isCredentialHeader(name))
  const chosen = usable.find(isCredential) ?? (usable.length === 1 ? usable[0] : undefined)
  const dropped = headers
    .filter((header) => header !== chosen)
    .map(
      ({ name }) =>
        `its header \`${name}\`: a target gets one header of a credential, and no other`,
    )
  const credential = chosen && {
    header: chosen.name,
    prefix: chosen.prefix,
    secret: chosen.variable === undefined ? { file: `./secrets/${id}` } : { env: chosen.variable },
  }
  // Written out, since it is a relaxation: a program of one's own machine has no certificate.
  const allowInsecureTarget = url.startsWith('http:')
  return { target: { id, url, allowInsecureTarget, credential }, dropped }
}

function isCredential({ name }: ImportedHeader): boolean {
  return /auth|key|token|secret|credential|password/.test(name)
}

function todoOf({ id, url, allowInsecureTarget, credential }: Target): readonly string[] {
  const todo: string[] = []
  if (credential !== undefined) {
    const { header, prefix, secret } = credential
    const what = `the secret of \`${id}\` (header \`${header}\`${prefix === '' ? '' : `, without \`${prefix.trim()}\``})`
    todo.push(
      'env' in secret
        ? `put ${what} into the variable \`${secret.env}\` of the gateway`
        : `put ${what} into \`${secret.file}\`, readable by the gateway alone (chmod 600)`,
    )
  }
  if (allowInsecureTarget) {
    todo.push(
      `\`${id}\` is plain http on this machine: \`allowInsecureTarget\` is written out for it`,
    )
  } else if (isPrivate(new URL(url).hostname)) {
    todo.push(
      `\`${id}\` is in a private network: add its range, such as \`allowAddresses: [10.1.2.0/24]\``,
    )
  }
  return todo
}

function isPrivate(host: string): boolean {
  return /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.)|\.(?:internal|local|lan|svc|corp|home)$|^[^.]+$/.test(
    host,
  )
}
