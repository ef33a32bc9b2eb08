// A target for tests: node:http alone, speaks MCP of the modern era by hand, writes down every byte that reaches
// it and behaves as badly as it is told. It checks nothing, so that what arrives is what the gateway sent.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { listen } from '../listen.ts'
import { answer, type Offer } from './answer.ts'
import { HONEST, type Behaviour } from './behaviour.ts'
import { createPlaces } from './places.ts'
import { recordConnections, type Recording } from './recording.ts'
import { DEFAULT_TOOLS, type ToolDefinition } from './tools.ts'

export type RecordingTargetSettings = {
  /** 0 or absent: any free port. */
  readonly port?: number
  readonly tools?: readonly ToolDefinition[]
  readonly behaviour?: Partial<Behaviour>
  readonly pageSize?: number
  readonly cacheScope?: 'public' | 'private'
}

export type RecordingTarget = {
  readonly url: string
  readonly recording: Recording
  /** Changes the behaviour from its present state; what is in flight goes on as it began. */
  readonly behave: (change: Partial<Behaviour>) => void
  readonly behaveHonestly: () => void
  /** Other definitions from the next list on (rug pull, M-12). */
  readonly offer: (tools: readonly ToolDefinition[]) => void
  /** Stops listening: connections are refused until `revive`. */
  readonly die: () => Promise<void>
  readonly revive: () => Promise<void>
  readonly stop: () => Promise<void>
}

export async function startRecordingTarget(
  settings: RecordingTargetSettings = {},
): Promise<RecordingTarget> {
  let behaviour: Behaviour = { ...HONEST, ...settings.behaviour }
  let offer: Offer = {
    tools: settings.tools ?? DEFAULT_TOOLS,
    pageSize: settings.pageSize ?? 2,
    cacheScope: settings.cacheScope ?? 'private',
  }
  const place = createPlaces()
  const server = createServer({ keepAliveTimeout: 60_000 })
  const { recording, add } = recordConnections(server)
  server.on('connection', (socket) => {
    socket.on('data', () => {
      if (behaviour.dead === 'resets') socket.resetAndDestroy()
    })
  })
  server.on('request', (request, response) => {
    receive(request, response).catch(() => response.destroy())
  })
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const { body } = add(request, Buffer.concat(chunks))
    const present = behaviour
    if (present.dead !== 'no') return
    await place.take(present.places)
    try {
      if (present.beforeHeadMs > 0) await sleep(present.beforeHeadMs)
    } finally {
      place.giveBack()
    }
    if (!response.destroyed) await answer(response, body, present, offer)
  }
  let listening = await listen(server, settings.port ?? 0)
  const { port, origin } = listening
  return {
    url: `${origin}/mcp`,
    recording,
    behave: (change) => {
      behaviour = { ...behaviour, ...change }
    },
    behaveHonestly: () => {
      behaviour = HONEST
    },
    offer: (tools) => {
      offer = { ...offer, tools }
    },
    die: () => listening.stop(),
    revive: async () => {
      listening = await listen(server, port)
    },
    stop: () => listening.stop(),
  }
}
