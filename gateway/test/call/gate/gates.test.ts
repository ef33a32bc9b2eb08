import { afterEach, describe, expect, test } from 'vitest'
import { createGates, type Pass } from '../../../src/call/gate/gates.ts'
import type { FinalOutcome, Outcome, StreamOutcome } from '../../../src/call/outcome.ts'
import type { Credential } from '../../../src/credential/credential.ts'
import { isRefusal, refuse, type Refusal } from '../../../src/refusal.ts'

const NONE: Credential = { kind: 'none', id: 'none', version: '', connectionKey: undefined }
const secret = (version: string): Credential => ({
  kind: 'secret',
  id: 'token of records',
  version,
  connectionKey: undefined,
  header: 'authorization',
  value: 'x',
})
const STAYS = new AbortController().signal
const FACTS = { resultBytes: 0, result: undefined, targetRequestId: undefined } as const
const GOOD: Outcome = {
  kind: 'result',
  body: Buffer.from('{}'),
  facts: { ...FACTS, class: 'ok', status: 200 },
}

function failed(code: Refusal['refused'], status?: number): FinalOutcome {
  return { kind: 'refused', refusal: refuse(code), facts: { ...FACTS, class: 'unclear', status } }
}

function streamed(final: FinalOutcome): StreamOutcome {
  return { kind: 'stream', messages: none(), ended: Promise.resolve(final) }
}

async function* none(): AsyncGenerator<Buffer> {}

const opened: { close: () => void }[] = []
afterEach(() => {
  for (const { close } of opened.splice(0)) close()
})

function world(bulkhead = { calls: 2, waiting: 1, waitMs: 1_000 }) {
  let nowMs = 0
  const refusals: string[] = []
  const gates = createGates({ wallMs: () => 0, monotonicMs: () => nowMs }, (target, code) =>
    refusals.push(`${target} ${code}`),
  )
  opened.push(gates)
  const under = gates.under({ records: { bulkhead }, other: { bulkhead } })
  const enter = (target = 'records', credential = NONE, signal = STAYS) =>
    under.enter(target, credential, signal)
  return {
    gates,
    refusals,
    enter,
    enterAtOnce: () => enter() as Pass,
    /** One call that comes in at once. */
    call: (outcome: Outcome, target?: string, credential?: Credential): Pass | Refusal => {
      const pass = enter(target, credential) as Pass | Refusal
      if (isRefusal(pass)) return pass
      pass.saw(outcome)
      pass.leave()
      return pass
    },
    advance: (ms: number) => {
      nowMs += ms
    },
  }
}

const codeOf = (entered: unknown) =>
  isRefusal(entered as object) ? (entered as Refusal).refused : 'pass'

describe('promises §4: the breaker of a target', () => {
  test('refuses with a hint when to come back, and leaves the other target alone', () => {
    const { call, refusals } = world()
    for (let made = 0; made < 5; made += 1) call(failed('call.target_unavailable'))
    expect(call(GOOD)).toMatchObject({ refused: 'call.breaker_open', retryAfterSeconds: 5 })
    expect(codeOf(call(GOOD, 'other'))).toBe('pass')
    expect(refusals).toEqual(['records call.breaker_open'])
  })

  test.each([
    ['call.target_unavailable', undefined],
    ['call.target_timeout', undefined],
    ['call.connection_lost', 200],
  ] as const)('%s is a failure', (code, status) => {
    const { call } = world()
    for (let made = 0; made < 5; made += 1) call(failed(code, status))
    expect(codeOf(call(GOOD))).toBe('call.breaker_open')
  })

  test.each([
    'call.target_refused',
    'call.target_invalid',
    'call.result_too_large',
    'call.cancelled',
  ] as const)('%s is none: nobody closes a target for others by bad calls', (code) => {
    const { call } = world()
    for (let made = 0; made < 30; made += 1) call(failed(code, 200))
    expect(codeOf(call(GOOD))).toBe('pass')
  })

  test('a stream counts when it is over: a lost one is a failure, one that outlasts its time is not', async () => {
    const { call } = world()
    for (let made = 0; made < 30; made += 1) call(streamed(failed('call.target_timeout')))
    await Promise.resolve()
    expect(codeOf(call(GOOD))).toBe('pass')
    for (let made = 0; made < 5; made += 1) call(streamed(failed('call.connection_lost', 200)))
    await Promise.resolve()
    expect(codeOf(call(GOOD))).toBe('call.breaker_open')
  })

  test('a reload forgets nothing', () => {
    const { call, gates } = world()
    for (let made = 0; made < 5; made += 1) call(failed('call.target_unavailable'))
    const next = gates.under({ records: { bulkhead: { calls: 9, waiting: 9, waitMs: 1_000 } } })
    expect(codeOf(next.enter('records', NONE, STAYS))).toBe('call.breaker_open')
    expect(gates.status().get('records')).toMatchObject({ breaker: 'open', failures: 5, inside: 0 })
  })
})

describe('promises §4: the breaker of a credential', () => {
  const rejected = failed('call.target_rejected_credential', 401)

  test('a credential that is rejected is not shown again for a while; another one is', () => {
    const { call, gates } = world()
    for (let made = 0; made < 5; made += 1) call(rejected, 'records', secret('1'))
    expect(codeOf(call(GOOD, 'records', secret('1')))).toBe('call.breaker_open')
    expect(codeOf(call(GOOD, 'records', secret('2')))).toBe('pass')
    expect(codeOf(call(GOOD))).toBe('pass')
    expect(gates.status().get('records')).toMatchObject({
      breaker: 'closed',
      rejectedCredentials: ['token of records'],
      inside: 0,
    })
  })

  test('403 says nothing about it', () => {
    const { call } = world()
    const forbidden = failed('call.target_rejected_credential', 403)
    for (let made = 0; made < 9; made += 1) call(forbidden, 'records', secret('1'))
    expect(codeOf(call(GOOD, 'records', secret('1')))).toBe('pass')
  })
})

describe('promises §5: the bulkhead of a target', () => {
  test('calls above its places wait in order, calls above those are refused, others are not touched', async () => {
    const { enter, enterAtOnce, gates } = world()
    const [first] = [enterAtOnce(), enterAtOnce()]
    const waiting = enter() as Promise<Pass>
    expect(codeOf(enter())).toBe('call.target_busy')
    expect(codeOf(enter('other'))).toBe('pass')
    expect(gates.status().get('records')).toMatchObject({ inside: 2, waiting: 1 })
    first.leave()
    first.leave()
    expect(codeOf(await waiting)).toBe('pass')
    expect(gates.status().get('records')).toMatchObject({ inside: 2, waiting: 0 })
  })

  test('who waits for longer than the deadline is refused', async () => {
    const { enter, enterAtOnce, advance } = world()
    enterAtOnce()
    enterAtOnce()
    const waiting = enter() as Promise<Pass | Refusal>
    advance(1_001)
    expect(await waiting).toMatchObject({ refused: 'call.target_busy', retryAfterSeconds: 1 })
  })

  test('who leaves the queue takes no place', async () => {
    const { enter, enterAtOnce, gates } = world()
    const inside = enterAtOnce()
    enterAtOnce()
    const client = new AbortController()
    const waiting = enter('records', NONE, client.signal) as Promise<Pass | Refusal>
    client.abort()
    expect(codeOf(await waiting)).toBe('call.cancelled')
    inside.leave()
    expect(gates.status().get('records')).toMatchObject({ inside: 1, waiting: 0 })
  })

  test('whoever waits is sent away when the breaker opens', async () => {
    const { enter, enterAtOnce, call } = world({ calls: 6, waiting: 5, waitMs: 60_000 })
    const inside = Array.from({ length: 6 }, enterAtOnce)
    const waiting = enter() as Promise<Pass | Refusal>
    for (const pass of inside.slice(0, 5)) pass.saw(failed('call.target_timeout'))
    expect(codeOf(await waiting)).toBe('call.breaker_open')
    expect(codeOf(call(GOOD))).toBe('call.breaker_open')
  })
})
