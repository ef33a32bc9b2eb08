// Acme's identity provider as a process: node identity-provider-process.ts '{"port":4400,"resources":["http://127.0.0.1:8443/mcp"]}'
import { startControlEndpoint } from '../control-endpoint.ts'
import { runRoom } from '../room.ts'
import { startIdentityProvider, type IdentityProviderSettings } from './identity-provider.ts'

export type IdentityProviderReady = { readonly issuer: string; readonly controlOrigin?: string }

await runRoom(async (settings: IdentityProviderSettings) => {
  const provider = await startIdentityProvider(settings)
  const { controls } = provider
  const endpoint = controls === undefined ? undefined : await startControlEndpoint(controls)
  const ready: IdentityProviderReady = {
    issuer: provider.issuer,
    ...(endpoint === undefined ? {} : { controlOrigin: endpoint.origin }),
  }
  const stop = async () => {
    await Promise.all([provider.stop(), endpoint?.stop()])
  }
  return { ready, stop }
})
