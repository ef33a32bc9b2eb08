// Acme's market data as an MCP server of the modern era (2026-07-28) on loopback, at /mcp. It knows no people:
// who may call is the gateway's business. A static bearer can be demanded, as internal services like to do.
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { listen } from '../listen.ts'
import { createMarketHandler } from './protocol.ts'
import type { ToolWorld } from './tools.ts'
import { bridge } from './web-bridge.ts'

export type MarketServerSettings = {
  /** 0 or absent: any free port. */
  readonly port?: number
  /** Other seeds, other data. */
  readonly seed?: string
  /** Every request must carry it as a bearer; absent: nobody is asked. */
  readonly requiredToken?: string
  /** How long the forecast of one day takes. */
  readonly forecastStepMs?: number
}

export type MarketServer = { readonly url: string; readonly stop: () => Promise<void> }

export async function startMarketServer(
  settings: MarketServerSettings = {},
): Promise<MarketServer> {
  const world: ToolWorld = {
    seed: settings.seed ?? 'acme',
    forecastStepMs: settings.forecastStepMs ?? 150,
    alerts: [],
  }
  const handler = createMarketHandler(world)
  const server = createServer()
  const { origin, stop } = await listen(server, settings.port ?? 0)
  server.on('request', (request, response) => {
    const refuse = (status: number, headers: Record<string, string> = {}) => {
      response.writeHead(status, { ...headers, connection: 'close' }).end()
    }
    // The SDK's entry checks neither Host nor Origin: a page in a browser must not reach it by a rebound name (M-19).
    if (request.headers.host !== new URL(origin).host) return refuse(421)
    if (request.headers.origin !== undefined) return refuse(403)
    if (request.url !== '/mcp') return refuse(404)
    if (!carries(request, settings.requiredToken)) {
      return refuse(401, { 'www-authenticate': 'Bearer' })
    }
    bridge((web) => handler.fetch(web), request, response, origin).catch(() => response.destroy())
  })
  return {
    url: `${origin}/mcp`,
    stop: async () => {
      await handler.close()
      await stop()
    },
  }
}

function carries(request: IncomingMessage, requiredToken: string | undefined): boolean {
  if (requiredToken === undefined) return true
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(
    digest(request.headers.authorization ?? ''),
    digest(`Bearer ${requiredToken}`),
  )
}
