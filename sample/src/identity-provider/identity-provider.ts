// Acme's identity provider on loopback: sign-in, consent and tokens for the sample world and for tests.
// A sample: state in memory, dev passwords, plain http. Not a product's authorization server.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { listen, type Listening } from '../listen.ts'
import { SAMPLE_CLIENTS, type SampleClients } from './clients.ts'
import { createControls, type Controls, type ProviderState } from './controls.ts'
import { createFront } from './front.ts'
import { createInteraction } from './interaction.ts'
import { makeSigningKey, readSigningKeys, type SigningKey } from './keys.ts'
import { createMemoryAdapters } from './memory-adapter.ts'
import { PEOPLE, type SamplePerson } from './people.ts'
import { createProvider } from './provider.ts'
import { createResources } from './resources.ts'
import { accountsOf } from './token-claims.ts'

export type IdentityProviderSettings = {
  /** 0 or absent: any free port. The issuer is `http://127.0.0.1:<port>`. */
  readonly port?: number
  /** Resources that tokens may be for, each known with and without trailing slash. */
  readonly resources: readonly string[]
  readonly accessTokenSeconds?: number
  /** A private JWK Set to sign with, instead of a fresh key. */
  readonly keyFile?: string
  /** Lets tests rotate keys, break the JWKS and sign anything. */
  readonly controls?: boolean
}

export type IdentityProvider = {
  readonly issuer: string
  readonly people: readonly SamplePerson[]
  readonly clients: SampleClients
  /** Present only when started with `controls: true`. */
  readonly controls: Controls | undefined
  readonly stop: () => Promise<void>
}

const ACCESS_TOKEN_SECONDS = 15 * 60

export async function startIdentityProvider(
  settings: IdentityProviderSettings,
): Promise<IdentityProvider> {
  const accessTokenSeconds = settings.accessTokenSeconds ?? ACCESS_TOKEN_SECONDS
  let keys: readonly SigningKey[] =
    settings.keyFile === undefined
      ? [await makeSigningKey()]
      : await readSigningKeys(settings.keyFile)
  const state: ProviderState = {
    jwks: 'up',
    dateOffsetSeconds: 0,
    disabled: new Set(),
    seen: new Map(),
  }
  const server = createServer()
  const listening: Listening = await listen(server, settings.port ?? 0)
  const issuer = listening.origin
  const account = accountsOf(state.disabled)
  const resources = createResources(settings.resources, accessTokenSeconds)
  const lasting = {
    issuer,
    cookieKeys: [randomBytes(32).toString('base64url')],
    adapters: createMemoryAdapters(() => Date.now()),
    resources,
    account,
    accessTokenSeconds,
  }
  let provider = createProvider({ ...lasting, keys })
  const current = () => provider
  const interaction = createInteraction({ provider: current, account, csrfKey: randomBytes(32) })
  server.on('request', createFront({ issuer, provider: current, interaction, state }))

  const rotate = async (keepOld: boolean) => {
    const fresh = await makeSigningKey()
    keys = keepOld ? [fresh, ...keys] : [fresh]
    provider = createProvider({ ...lasting, keys })
    return fresh
  }
  const signingKey = () => keys[0] as SigningKey
  const controls = { state, signingKey, rotate, addResource: resources.add }
  return {
    issuer,
    people: PEOPLE,
    clients: SAMPLE_CLIENTS,
    controls: settings.controls === true ? createControls(controls) : undefined,
    stop: listening.stop,
  }
}
