// What the gateway of a state folder says of itself, for `sallyport doctor`; `undefined` where none answers.
import type { Spoken } from '@sallyport/gateway/catalogue/entry.ts'
import type { RunningGateway } from '@sallyport/gateway/doctor/running.ts'
import { isRawNumber } from '@sallyport/gateway/json/raw-number.ts'
import type { JsonObject, JsonValue } from '@sallyport/gateway/json/value.ts'
import { CommandFailure } from '../exit-codes.ts'
import { objectOf, objectsOf, stringOf } from '../mcp/shape.ts'
import { askGateway } from './admin-socket.ts'

/** Rejects where one runs and does not let us ask. */
export async function runningGateway(stateFolder: string): Promise<RunningGateway | undefined> {
  const answer = await askGateway(stateFolder, 'GET', '/status').catch((failure: unknown) => {
    if (failure instanceof CommandFailure && failure.exit === 'unreachable') return undefined
    throw failure
  })
  if (answer === undefined) return undefined
  const text = (value: JsonValue | undefined) => stringOf(value) ?? ''
  const targets = Object.entries(objectOf(answer['targets']) ?? {})
  return {
    version: text(answer['version']),
    ready: answer['ready'] === true,
    checks: objectsOf(answer['checks']).map(({ name, state, reason }) => ({
      name: text(name),
      state: text(state),
      reason: stringOf(reason),
    })),
    targets: new Map(
      targets.map(([id, health]) => {
        const { state, reason, speaks } = objectOf(health) ?? {}
        const said = { state: text(state), reason: stringOf(reason) }
        return [id, { ...said, speaks: spokenOf(objectOf(speaks)) }]
      }),
    ),
    followers: objectsOf(objectOf(answer['audit'])?.['followers']).map((follower) => {
      const { kind, id, behind, failing } = follower
      const digits = isRawNumber(behind) ? behind.rawJSON : '0'
      return { kind: text(kind), id: text(id), behind: digits, failing: stringOf(failing) }
    }),
  }
}

function spokenOf(speaks: JsonObject | undefined): Spoken | undefined {
  const revision = stringOf(speaks?.['revision'])
  if (revision === undefined) return undefined
  return { revision, transport: speaks?.['transport'] === 'sse' ? 'sse' : 'streamable-http' }
}
