// The smuggling corpus behind front ends of other makers (attacks H-06). What a front end takes for two requests are
// two; what it takes for one must not become two behind it, and nobody gets what was meant for somebody else.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { sendRawAll } from '../support/raw.ts'
import { SMUGGLED, smugglingCorpus, VICTIM, victimCall } from '../support/smuggling.ts'
import { startFrontEnd, type FrontEnd, type FrontEndKind } from './front-ends.ts'

const KINDS: readonly FrontEndKind[] = ['haproxy', 'nginx']

describe.each(KINDS)('behind %s', (kind) => {
  let world: TestGateway
  let front: FrontEnd
  beforeAll(async () => {
    world = await startTestGateway()
    front = await startFrontEnd(kind, world.port)
  })
  afterAll(async () => {
    await front.stop()
    await world.stop()
  })
  const executed = () => world.callsAtTarget().filter((call) => call.includes(SMUGGLED)).length
  /** The status of the next client's call, if the answer is its own. */
  const victim = async () => {
    const [answer] = await sendRawAll(front.port, victimCall(world), 1)
    const own = answer?.body.includes(VICTIM) === true && !answer.body.includes(SMUGGLED)
    return own ? answer.status : 'no answer of its own'
  }

  test('H-06 control: a call is answered through the front end', async () => {
    expect(await victim()).toBe(200)
  })

  test('H-06 RFC 9112 §11.2: after each attack the next client gets its own answer', async () => {
    const wrong: unknown[] = []
    for (const { name, bytes } of smugglingCorpus(world)) {
      const before = executed()
      const answers = await sendRawAll(front.port, bytes, 2)
      const next = await victim()
      const answered = answers.filter(({ body }) => body.includes(SMUGGLED)).length
      const hidden = executed() - before - answered
      const foreign = answers.some(({ body }) => body.includes(VICTIM))
      if (next !== 200 || hidden !== 0 || foreign) {
        wrong.push({ name, next, hidden, foreign, answers: answers.map((answer) => answer.status) })
      }
    }
    expect(wrong).toEqual([])
  })
})
