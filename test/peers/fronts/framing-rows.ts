// Attacks H-05, H-06, H-08 and H-10 through a front end: what one reads as two requests, or as another path, must not be
// read otherwise behind it. After each attack somebody else's call, on the one connection that all share, must get its
// own answer.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { AMBIGUOUS } from '../../support/ambiguous-targets.ts'
import { clientHello } from '../../support/client-hello.ts'
import { goodCall } from '../../support/good-call.ts'
import { HTTP2_FLOODS, HTTP2_OPENING } from '../../support/http2.ts'
import { smuggledByHttp2 } from '../../support/http2-smuggling.ts'
import { SMUGGLED, smugglingCorpus } from '../../support/smuggling.ts'
import type { FrontedGateway } from './fronted-gateway.ts'

const SETTLED_MS = 300

export function framingRows(behind: () => FrontedGateway, madeGood: ReadonlySet<string>): void {
  const executed = () =>
    behind()
      .callsAtTarget()
      .filter((call) => call.includes(SMUGGLED) || call.includes('canary-attack')).length

  const own = /canary-attack|canary-smuggled/

  test('H-05 CVE-2026-49473: a call by an ambiguous target is refused, or is the call that was decided', async () => {
    const wrong: unknown[] = []
    for (const path of AMBIGUOUS) {
      const before = behind().callsAtTarget().length
      const request = goodCall(behind()).text({ line: `POST ${path} HTTP/1.1` })
      const answer = await behind().send(Buffer.from(request, 'latin1'))
      const reached = behind().callsAtTarget().length - before
      if (reached !== 0 && !madeGood.has(path)) wrong.push({ path, status: answer?.status })
    }
    expect(wrong).toEqual([])
    expect(await behind().nextClient()).toBe(200)
  })

  test('H-06 RFC 9112 §11.2: no attack reaches the target, and after each the next client gets its own answer', async () => {
    const wrong: unknown[] = []
    for (const { name, bytes } of smugglingCorpus(behind())) {
      const before = executed()
      const answers = await behind().sendAll(bytes, 2)
      const next = await behind().nextClient()
      const reached = executed() - before
      // A front end may take one for two: then whoever sent them gets the answers of both.
      const answered = answers.filter(({ status, body }) => status === 200 && own.test(body)).length
      const foreign = answers.some(({ body }) => body.includes('canary-victim'))
      const good = reached === (madeGood.has(name) ? answered : 0)
      if (next !== 200 || foreign || !good) {
        const statuses = answers.map(({ status }) => status)
        wrong.push({ name, next, reached, foreign, statuses })
      }
    }
    expect(wrong).toEqual([])
  })

  test('H-06 RFC 9113 §8.2, §8.1.1: what HTTP/2 can hide from HTTP/1.1 is refused in front', async () => {
    const wrong: unknown[] = []
    for (const { name, bytes } of smuggledByHttp2(behind())) {
      const before = executed()
      const spoke = await exchange(behind(), bytes)
      const next = await behind().nextClient()
      const reached = executed() - before
      const most = name.startsWith('control') || madeGood.has(name) ? 1 : 0
      if (next !== 200 || reached !== most || !spoke) wrong.push({ name, next, reached, spoke })
    }
    expect(wrong).toEqual([])
  })

  test.each(Object.entries(HTTP2_FLOODS))(
    'H-08 CVE-2026-21714: %s stays in front',
    async (_, bytes) => {
      await exchange(behind(), bytes)
      expect(await behind().nextClient()).toBe(200)
    },
  )

  test('H-10 CVE-2026-21637: 200 junk names of servers, and the front end answers', async () => {
    for (let length = 0; length < 200; length += 1) {
      const socket = connect(behind().port, '127.0.0.1')
      socket.on('error', () => undefined)
      await new Promise<void>((resolve) => {
        socket.write(clientHello(randomBytes(length), length % 7 === 0 ? length : 0), () =>
          resolve(),
        )
      })
      socket.destroy()
    }
    expect(await behind().nextClient()).toBe(200)
  })

  test('H-06 control: a plain call is answered', async () => {
    expect((await behind().send(goodCall(behind()).text()))?.status).toBe(200)
    expect(await behind().nextClient()).toBe(200)
  })
}

/** Sends frames on a connection of HTTP/2 and gives them time to be acted on; false where HTTP/2 was not agreed on. */
function exchange(fronted: FrontedGateway, bytes: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = fronted.open('h2')
    let spoke = false
    socket.on('secureConnect', () => {
      spoke = socket.alpnProtocol === 'h2'
      socket.write(Buffer.concat([HTTP2_OPENING, bytes]))
      setTimeout(() => socket.destroy(), SETTLED_MS)
    })
    socket.resume()
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(spoke))
  })
}
