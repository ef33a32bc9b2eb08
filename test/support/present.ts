// Tokens presented to a started gateway, and good tokens bent: what most attacks on the first door consist of.
import type { TestGateway } from './gateway.ts'
import { signToken, type SigningKey } from './issuer.ts'
import type { RawAnswer } from './raw.ts'

export type Presented = { readonly status: number; readonly code: string | undefined }

/** A call of `echo` with this token; the status and the code of the refusal, if it was one. */
export async function present(
  world: TestGateway,
  token: string,
  path = '/mcp/records',
): Promise<Presented> {
  const name = /^\/mcp\/?$/.test(path) ? 'records___echo' : 'echo'
  const params = { name, arguments: {} }
  const answer = await world.call({ method: 'tools/call', params, token, path })
  return { status: answer.status, code: codeOf(answer) }
}

/** The code of a refusal or fault, in whichever shape it came; `undefined`: a result. */
export function codeOf(answer: RawAnswer): string | undefined {
  type Coded = { readonly code?: string }
  const body = answer.json() as Coded & {
    readonly error?: { readonly data?: Coded }
    readonly result?: { readonly _meta?: Readonly<Record<string, Coded>> }
  }
  return body.code ?? body.error?.data?.code ?? body.result?._meta?.['sallyport/refusal']?.code
}

/** The token with the JSON text of header or claims changed, signed again. */
export function resign(
  key: SigningKey,
  token: string,
  change: {
    readonly header?: (text: string) => string
    readonly claims?: (text: string) => string
  },
): string {
  const [header, claims] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString())
  const same = (text: string): string => text
  return signToken(
    key,
    (change.header ?? same)(header ?? ''),
    (change.claims ?? same)(claims ?? ''),
  )
}
