// A started gateway and a front end before it that ends TLS: `publicUrl` names the front end, and every call goes there.
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { freePort } from '../../../bench/src/free-port.ts'
import { createCaller, startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { sendRawAll, type RawAnswer } from '../../support/raw.ts'
import { VICTIM, victimCall } from '../../support/smuggling.ts'
import { untilOffered } from '../../support/until-offered.ts'
import { startFrontEnd, type FrontEndKind } from './front-ends.ts'

export type FrontedGateway = TestGateway & {
  readonly version: string
  /** A connection to the front end. */
  readonly open: (protocol?: string) => TLSSocket
  readonly send: (bytes: Buffer | string) => Promise<RawAnswer | undefined>
  readonly sendAll: (bytes: Buffer | string, count: number) => Promise<readonly RawAnswer[]>
  /** What the next client gets on the connection that all share: 200 where the answer is its own. */
  readonly nextClient: () => Promise<number | string>
}

export async function startFronted(kind: FrontEndKind): Promise<FrontedGateway> {
  const port = await freePort()
  const publicUrl = `https://127.0.0.1:${port}`
  const world = await startTestGateway({ publicUrl })
  await untilOffered(world, 'records')
  const front = await startFrontEnd(kind, port, world.port)
  const open = (protocol?: string) =>
    connectTls({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      rejectUnauthorized: false,
      ...(protocol === undefined ? {} : { ALPNProtocols: [protocol] }),
    })
  const sendAll = (bytes: Buffer | string, count: number) => sendRawAll(open, bytes, count)
  const fronted = { ...world, port, ...createCaller(publicUrl, world.issuer, open) }
  return {
    ...fronted,
    version: front.version,
    open,
    sendAll,
    send: async (bytes) => (await sendAll(bytes, 1))[0],
    async nextClient() {
      const [answer] = await sendAll(victimCall(fronted), 1)
      const own = answer?.body.includes(VICTIM) === true && !answer.body.includes('canary-smuggled')
      return own ? answer.status : `no answer of its own: ${answer?.statusLine} ${answer?.body}`
    },
    async stop() {
      await front.stop()
      await world.stop()
    },
  }
}
