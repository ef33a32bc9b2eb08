// Acme's market data server as a process: node market-server-process.ts '{"port":4001,"requiredTokenFile":"./token"}'
// The token is read from a file: arguments of a process are no place for a secret (P-07).
import { readFile } from 'node:fs/promises'
import { runRoom } from '../room.ts'
import { startMarketServer, type MarketServerSettings } from './market-server.ts'

export type MarketRoomSettings = Omit<MarketServerSettings, 'requiredToken'> & {
  readonly requiredTokenFile?: string
}
export type MarketServerReady = { readonly url: string }

await runRoom(async ({ requiredTokenFile, ...settings }: MarketRoomSettings) => {
  const requiredToken =
    requiredTokenFile === undefined ? undefined : (await readFile(requiredTokenFile, 'utf8')).trim()
  const server = await startMarketServer({
    ...settings,
    ...(requiredToken === undefined ? {} : { requiredToken }),
  })
  const ready: MarketServerReady = { url: server.url }
  return { ready, stop: server.stop }
})
