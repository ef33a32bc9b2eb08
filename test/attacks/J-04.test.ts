// Keys that a token brings with it, or says where to find, are not looked at: nobody is asked for them.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { createSigningKey } from '../support/issuer.ts'
import { present } from '../support/present.ts'

const mallory = createSigningKey('mallory')
const jwk = { ...mallory.publicKey.export({ format: 'jwk' }), kid: 'mallory', alg: 'RS256' }
let asked = 0
let listener: Server
let origin = ''
let world: TestGateway
beforeAll(async () => {
  listener = createServer((_request, response) => {
    asked++
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ keys: [jwk] }))
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
  world = await startTestGateway()
})
afterAll(async () => {
  await world.stop()
  listener.closeAllConnections()
  listener.close()
})

const BRINGS = {
  jwk: () => ({ jwk }),
  jku: () => ({ jku: `${origin}/jwks` }),
  x5u: () => ({ x5u: `${origin}/chain.pem` }),
  x5c: () => ({
    x5c: [mallory.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')],
  }),
} as const

test.each(Object.keys(BRINGS) as (keyof typeof BRINGS)[])(
  'J-04 RFC 8725 §3.10: a key in or behind %s verifies nothing, and nobody is asked',
  async (parameter) => {
    for (const kid of ['mallory', world.issuer.key.kid, undefined]) {
      const header = { ...BRINGS[parameter](), kid }
      const token = world.token({ key: mallory, header })
      expect(await present(world, token)).toMatchObject({ status: 401 })
    }
    expect(asked).toBe(0)
  },
)

test('J-04 control: the key of the issuer verifies, whatever the header brings beside it', async () => {
  const token = world.token({ header: { x5t: 'AAAA' } })
  expect(await present(world, token)).toEqual({ status: 200, code: undefined })
})
