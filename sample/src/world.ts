// Acme Energy on one machine: every room a process of its own, on loopback. `sallyport dev`, the demonstration and
// tests start it; the gateway is not part of it.
import type { DocumentsServerReady } from './documents-server/documents-server-process.ts'
import type { IdentityProviderReady } from './identity-provider/identity-provider-process.ts'
import { SAMPLE_CLIENTS, type SampleClients } from './identity-provider/clients.ts'
import type { IdentityProviderSettings } from './identity-provider/identity-provider.ts'
import { PEOPLE, type SamplePerson } from './identity-provider/people.ts'
import type {
  MarketRoomSettings,
  MarketServerReady,
} from './market-server/market-server-process.ts'
import { openRoom } from './room.ts'

export type WorldSettings = {
  /** What tokens may be for: the gateway's `/mcp` and each `/mcp/<target>`; both slash forms are known. */
  readonly gatewayResources: readonly string[]
  readonly identityProvider?: Omit<IdentityProviderSettings, 'resources'>
  readonly market?: MarketRoomSettings
}

export type World = {
  readonly issuer: string
  readonly marketUrl: string
  readonly documentsUrl: string
  readonly people: readonly SamplePerson[]
  readonly clients: SampleClients
  /** Where the identity provider is steered (control-endpoint.ts), if it was started with `controls`. */
  readonly controlOrigin: string | undefined
  readonly stop: () => Promise<void>
}

const IDENTITY_PROVIDER = new URL(
  './identity-provider/identity-provider-process.ts',
  import.meta.url,
)
const MARKET_SERVER = new URL('./market-server/market-server-process.ts', import.meta.url)
const DOCUMENTS_SERVER = new URL('./documents-server/documents-server-process.ts', import.meta.url)

export async function startWorld(settings: WorldSettings): Promise<World> {
  const opening = [
    openRoom<IdentityProviderReady>(IDENTITY_PROVIDER, {
      ...settings.identityProvider,
      resources: settings.gatewayResources,
    }),
    openRoom<MarketServerReady>(MARKET_SERVER, settings.market ?? {}),
    openRoom<DocumentsServerReady>(DOCUMENTS_SERVER, {}),
  ] as const
  const [provider, market, documents] = await Promise.all(opening).catch(async (error: unknown) => {
    // One room that does not open closes the others.
    for (const room of await Promise.allSettled(opening)) {
      if (room.status === 'fulfilled') await room.value.stop()
    }
    throw error
  })
  return {
    issuer: provider.ready.issuer,
    marketUrl: market.ready.url,
    documentsUrl: documents.ready.url,
    people: PEOPLE,
    clients: SAMPLE_CLIENTS,
    controlOrigin: provider.ready.controlOrigin,
    stop: async () => {
      await Promise.all([provider.stop(), market.stop(), documents.stop()])
    },
  }
}
