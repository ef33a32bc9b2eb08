import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallEnvelope, Connector } from '../../../src/call/connector.ts'
import type { InputOutcome, Outcome } from '../../../src/call/outcome.ts'
import type { JsonObject } from '../../../src/json/value.ts'
import { collect, connectTo, envelope, NONE, permitFor } from '../scripted-target.ts'
import { startOldTarget, type Message, type OldTarget, type Turn } from './old-target.ts'

let target: OldTarget
let connector: Connector

beforeEach(async () => {
  target = await startOldTarget()
  connector = connectTo(target.url, { era: 'legacy' })
})
afterEach(async () => {
  await connector.close()
  await target.close()
})

const ABLE = {
  'io.modelcontextprotocol/clientCapabilities': {
    elicitation: { form: {}, url: {} },
    sampling: {},
    roots: {},
  },
}
type More = Partial<CallEnvelope> & {
  readonly who?: string
  readonly args?: string
  readonly tool?: string
  readonly signal?: AbortSignal
}

const call = ({ who, args = '{"id":1}', tool = 'delete', signal, ...more }: More = {}) =>
  connector.call(
    permitFor(args, { name: tool, qualifiedName: `docs___${tool}` }, who),
    NONE,
    envelope({ meta: ABLE, ...more }),
    signal ?? new AbortController().signal,
  )

async function asked(outcome: Promise<Outcome>): Promise<InputOutcome & { keys: string[] }> {
  const settled = await outcome
  if (settled.kind !== 'input') throw new Error(`input was expected, not ${settled.kind}`)
  return { ...settled, keys: Object.keys(settled.requests) }
}

const form = { message: 'Really?', requestedSchema: { type: 'object', properties: {} } }
/** A tool that asks before it acts; `answer` gets what came. */
function elicits(answer: (message: Message) => JsonObject = () => ({ content: [] })): void {
  target.call = (turn) => {
    turn.send({ id: 'e1', method: 'elicitation/create', params: form })
    void turn.answerTo('e1').then((message) => turn.result(answer(message)))
  }
}

/** A tool that asks, and then does what the test says. */
function hangs(): () => Turn {
  let asking: Turn | undefined
  target.call = (turn) => {
    asking = turn
    turn.send({ id: 'e1', method: 'elicitation/create', params: form })
  }
  return () => {
    if (asking === undefined) throw new Error('there is no call')
    return asking
  }
}

const yes = { action: 'accept', content: {} }

describe('protocol §4: a target of the old era asks the client, and the call is parked', () => {
  it('the client is asked under keys of ours, the answer goes back under the target’s own id', async () => {
    elicits(({ result }) => ({ content: [], structuredContent: result ?? {} }))
    const first = await asked(call({ id: 'first' }))
    expect(first.facts.class).toBe('input_required')
    expect(first.state).toMatch(/^[0-9a-f]{64}$/)
    expect(first.keys).toHaveLength(1)
    expect(Object.values(first.requests)).toEqual([{ method: 'elicitation/create', params: form }])
    expect(JSON.stringify(first)).not.toContain('"e1"')
    const responses = { [first.keys[0] ?? '']: yes }
    const second = await call({ id: 'second', input: { responses, state: first.state } })
    expect(JSON.parse(String(second.kind === 'result' && second.body))).toMatchObject({
      id: 'second',
      result: { resultType: 'complete', structuredContent: yes },
    })
    // One call at the target, whatever was said in between.
    expect(target.sent('tools/call')).toHaveLength(1)
    expect(target.sent('initialize')).toHaveLength(1)
  })

  it('what the target asks at once is asked at once, and what stays open is asked again', async () => {
    target.call = (turn) => {
      turn.send({ id: 'e1', method: 'elicitation/create', params: form })
      turn.send({ id: 'r1', method: 'roots/list' })
      const answers = Promise.all([turn.answerTo('e1'), turn.answerTo('r1')])
      void answers.then(() => turn.result({ content: [] }))
    }
    const first = await asked(call())
    const [one = '', two = ''] = first.keys
    const seen = Object.values(first.requests) as { method: string }[]
    if (two !== '') {
      expect(seen.map(({ method }) => method)).toEqual(['elicitation/create', 'roots/list'])
    }
    const again = await asked(call({ input: { responses: { [one]: yes }, state: first.state } }))
    expect(Object.values(again.requests)).toEqual([{ method: 'roots/list', params: {} }])
    expect(again.state).not.toBe(first.state)
    const rest = { [again.keys[0] ?? '']: { roots: [] } }
    expect((await call({ input: { responses: rest, state: again.state } })).kind).toBe('result')
  })

  it('progress before and after goes to whoever waits then, under their own token', async () => {
    target.call = (turn) => {
      const { progressToken } = turn.params['_meta'] as { progressToken: string }
      const tell = (progress: number) =>
        turn.notify('notifications/progress', { progressToken, progress })
      tell(1)
      turn.send({ id: 'e1', method: 'elicitation/create', params: form })
      void turn.answerTo('e1').then(() => {
        tell(2)
        turn.result({ content: [] })
      })
    }
    const first = await call({ meta: { ...ABLE, progressToken: 'a' } })
    expect((await collect(first)).map((text) => JSON.parse(text) as JsonObject)).toMatchObject([
      { params: { progressToken: 'a', progress: 1 } },
    ])
    const ended = first.kind === 'stream' ? await first.ended : first
    const { keys, state } = await asked(Promise.resolve(ended))
    const input = { responses: { [keys[0] ?? '']: yes }, state }
    const second = await call({ meta: { ...ABLE, progressToken: 'b' }, input })
    expect((await collect(second)).map((text) => JSON.parse(text) as JsonObject)).toMatchObject([
      { params: { progressToken: 'b', progress: 2 } },
      { result: { resultType: 'complete' } },
    ])
  })

  it('M-07: a handle is of one person, one tool, one set of arguments, and counts once', async () => {
    elicits()
    const { keys, state } = await asked(call())
    const input = { responses: { [keys[0] ?? '']: yes }, state }
    const lost = async (more: More) => {
      const outcome = await call({ input, ...more })
      expect(outcome).toMatchObject({
        kind: 'refused',
        refusal: { refused: 'call.parked_call_lost' },
        facts: { class: 'unclear' },
      })
    }
    await lost({ who: 'somebody else' })
    await lost({ tool: 'read' })
    await lost({ args: '{"id":2}' })
    await lost({ input: { ...input, state: 'f'.repeat(64) } })
    expect(target.sent('tools/call')).toHaveLength(1)
    // The owner still can, in whatever order the members come; nobody can twice.
    expect((await call({ input })).kind).toBe('result')
    await lost({})
    expect(target.sent('tools/call')).toHaveLength(1)
  })

  it('a target that ends meanwhile is heard when the client is back', async () => {
    const turn = hangs()
    const { keys, state } = await asked(call())
    turn().result({ content: [], isError: true })
    const input = { responses: { [keys[0] ?? '']: yes }, state }
    expect(await call({ input })).toMatchObject({ kind: 'result', facts: { class: 'tool_error' } })
  })

  it('a target that breaks meanwhile leaves open whether it acted', async () => {
    const turn = hangs()
    let outcome: Outcome = await asked(call())
    turn().response.destroy()
    while (outcome.kind === 'input') {
      // The socket needs its turn.
      await setImmediate()
      outcome = await call({ input: { responses: {}, state: outcome.state } })
    }
    expect(outcome).toMatchObject({
      refusal: { refused: 'call.connection_lost' },
      facts: { class: 'unclear' },
    })
  })

  it('the time of a call does not run while a person is asked', async () => {
    await connector.close()
    connector = connectTo(target.url, { era: 'legacy', timeouts: { totalMs: 300, idleMs: 200 } })
    elicits()
    const { keys, state } = await asked(call())
    await new Promise((resolve) => setTimeout(resolve, 700))
    const input = { responses: { [keys[0] ?? '']: yes }, state }
    expect((await call({ input })).kind).toBe('result')
  })

  it('a client that goes away in its second request cancels the call and what the target waits for', async () => {
    target.call = (turn) => {
      turn.send({ id: 'e1', method: 'elicitation/create', params: form })
      void turn.answerTo('e1').then(() => turn.notify('notifications/x', {}))
    }
    const { keys, state } = await asked(call())
    const client = new AbortController()
    const input = { responses: { [keys[0] ?? '']: yes }, state }
    const outcome = call({ input, signal: client.signal })
    await expect.poll(() => target.messages.some(({ id }) => id === 'e1')).toBe(true)
    client.abort()
    expect(await outcome).toMatchObject({ refusal: { refused: 'call.cancelled' } })
    await expect.poll(() => target.sent('notifications/cancelled').length).toBe(1)
  })

  it('a gateway that stops gives up what is parked: the target gets a no, and is told', async () => {
    const answers: Message[] = []
    target.call = (turn) => {
      turn.send({ id: 'e1', method: 'elicitation/create', params: form })
      void turn.answerTo('e1').then((message) => answers.push(message))
    }
    await asked(call())
    await connector.close()
    connector = connectTo(target.url, { era: 'legacy' })
    await expect.poll(() => answers).toMatchObject([{ result: { action: 'cancel' } }])
    expect(target.sent('notifications/cancelled')).toHaveLength(1)
  })
})

describe('M-18: what the client did not declare is not asked of it', () => {
  it.each([
    ['elicitation/create', form, {}],
    ['elicitation/create', { mode: 'url', url: 'https://x', message: 'm' }, { elicitation: {} }],
    ['elicitation/create', form, { elicitation: { url: {} } }],
    ['sampling/createMessage', {}, { elicitation: {} }],
    ['roots/list', {}, { elicitation: {} }],
    ['tools/list', {}, { elicitation: {} }],
  ])('%s %j of a client that declares %j', async (method, params, clientCapabilities) => {
    let refused: Message | undefined
    target.call = (turn) => {
      turn.send({ id: 'x', method, params })
      void turn.answerTo('x').then((message) => {
        refused = message
        turn.result({ content: [] })
      })
    }
    const meta = { 'io.modelcontextprotocol/clientCapabilities': clientCapabilities }
    expect((await call({ meta })).kind).toBe('result')
    expect(refused?.error).toMatchObject({ code: -32601 })
  })

  it('a ping is answered, by us', async () => {
    target.call = (turn) => {
      turn.send({ id: 'p', method: 'ping' })
      void turn.answerTo('p').then(({ result }) => turn.result({ content: [], ...result }))
    }
    expect((await call({ meta: {} })).kind).toBe('result')
  })
})

describe('MCP 2025-11-25, client/elicitation: -32042 asks for a URL first', () => {
  const url = {
    mode: 'url',
    elicitationId: 'e',
    url: 'https://login.example/x',
    message: 'Sign in',
  }

  it('the client is asked for it, and the call is made again when it agreed', async () => {
    let ready = false
    target.call = (turn) =>
      ready ? turn.result({ content: [] }) : turn.error(-32042, { elicitations: [url] })
    const first = await asked(call())
    expect(first).toMatchObject({
      requests: { 'url-1': { method: 'elicitation/create', params: url } },
      state: undefined,
    })
    ready = true
    const input = (action: string) => ({ responses: { 'url-1': { action } }, state: undefined })
    expect(await call({ input: input('decline') })).toMatchObject({
      refusal: { refused: 'call.input_declined' },
    })
    expect(target.sent('tools/call')).toHaveLength(1)
    expect((await call({ input: input('accept') })).kind).toBe('result')
  })

  it.each([undefined, {}, { elicitations: [] }, { elicitations: [{ mode: 'form' }] }])(
    'one that names no URL breaks the protocol: %j',
    async (data) => {
      target.call = (turn) => turn.error(-32042, data)
      expect(await call()).toMatchObject({ refusal: { refused: 'call.target_invalid' } })
    },
  )
})
