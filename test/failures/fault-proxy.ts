// A TCP proxy of our own that breaks what passes: late, lossy, reset at a chosen moment, or half open, where nothing
// comes through any more and nobody is told. It knows no HTTP; a connection's faults are drawn when it opens and again
// with every piece that passes.
import { randomInt } from 'node:crypto'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export type Faults = {
  /** `refuses`: reset at once. `half-open`: accepted, and silent from now on, connections that are open too. */
  readonly mode: 'passes' | 'refuses' | 'half-open'
  /** For every piece, each way. */
  readonly latencyMs: number
  /** Share of pieces that come a retransmission late, as after a loss. */
  readonly loss: number
  /** Shares of pieces after which both sides are reset: of what goes to the target, and of what comes from it. */
  readonly resetAfterRequest: number
  readonly resetBeforeRequest: number
  readonly resetInAnswer: number
}

export type FaultProxy = {
  readonly port: number
  /** Changes some faults; those of open connections too. */
  readonly set: (change: Partial<Faults>) => void
  /** Connections since the start. */
  readonly connections: () => number
  /** Ends every connection that is open, with a reset. */
  readonly resetAll: () => void
  /** Ends the oldest one as a server ends a connection that was idle for too long: orderly, and without a word. */
  readonly endOldest: () => void
  readonly close: () => Promise<void>
}

const NONE: Faults = {
  mode: 'passes',
  latencyMs: 0,
  loss: 0,
  resetAfterRequest: 0,
  resetBeforeRequest: 0,
  resetInAnswer: 0,
}
const RETRANSMISSION_MS = 200

export async function startFaultProxy(target: number, host = '127.0.0.1'): Promise<FaultProxy> {
  let faults = NONE
  let connections = 0
  const open = new Set<Socket>()
  const server = createServer((client) => {
    connections += 1
    track(client)
    if (faults.mode === 'refuses') return void client.resetAndDestroy()
    const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true })
    track(upstream)
    const breakOff = (): void => {
      client.resetAndDestroy()
      upstream.resetAndDestroy()
    }
    pass(client, upstream, (forward) => {
      if (happens(faults.resetBeforeRequest)) return breakOff()
      forward()
      // What was sent arrives; its answer does not.
      if (happens(faults.resetAfterRequest)) setTimeout(breakOff, 5)
    })
    pass(upstream, client, (forward) => (happens(faults.resetInAnswer) ? breakOff() : forward()))
  })

  function track(socket: Socket): void {
    open.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => open.delete(socket))
  }

  /** In order, whatever the latency of a piece. */
  function pass(from: Socket, to: Socket, decide: (forward: () => void) => void): void {
    let before = Promise.resolve()
    const inTurn = (act: () => void): void => {
      const { latencyMs, loss } = faults
      const delayMs = latencyMs + (happens(loss) ? RETRANSMISSION_MS : 0)
      const waited =
        delayMs === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, delayMs))
      before = before.then(async () => {
        await waited
        if (faults.mode !== 'half-open') act()
      })
    }
    from.on('data', (piece: Buffer) =>
      inTurn(() => {
        decide(() => {
          if (to.writable) to.write(piece)
        })
      }),
    )
    from.once('end', () => inTurn(() => to.end()))
    from.once('close', () => inTurn(() => to.destroy()))
  }

  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const resetAll = (): void => {
    for (const socket of open) socket.resetAndDestroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    set(change) {
      faults = { ...faults, ...change }
    },
    connections: () => connections,
    resetAll,
    endOldest() {
      const [oldest] = open
      oldest?.end()
    },
    async close() {
      resetAll()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function happens(share: number): boolean {
  return share > 0 && randomInt(1_000_000) < share * 1_000_000
}
