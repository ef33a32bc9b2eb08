// Load on a gateway from this process: so many callers, each one call after the other, each call with an id of its own
// that shows at the target and, kept in clear, in the log.
import { setTimeout as wait } from 'node:timers/promises'
import type { ProcessWorld } from './process-world.ts'

/** Target settings under which `/id` stands in the records. */
export const KEEPS_IDS = 'tools: { write_record: { audit: [/id] } }'

export type Load = {
  /** Answers with status 200 so far. */
  readonly answered: () => number
  /** No further calls; resolves when those under way are over, one way or the other. */
  readonly end: () => Promise<void>
}

let nextId = 1

/** A call of write_record; resolves with its status, or `undefined` where the connection broke. */
export async function writeRecord(
  world: ProcessWorld,
  token: string,
): Promise<{ readonly id: number; readonly status: number | undefined; readonly body: string }> {
  const id = nextId++
  const params = { name: 'write_record', arguments: { id, amount: 1.5, note: `record ${id}` } }
  try {
    const { status, body } = await world.call({ method: 'tools/call', params, token })
    return { id, status, body }
  } catch {
    return { id, status: undefined, body: '' }
  }
}

export function startLoad(world: ProcessWorld, callers: number): Load {
  const token = world.token()
  const ending = new AbortController()
  let answered = 0
  const caller = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const { status } = await writeRecord(world, token)
      if (status === 200) answered += 1
      else await wait(2)
    }
  }
  const all = Promise.all(Array.from({ length: callers }, caller))
  return {
    answered: () => answered,
    end: async () => {
      ending.abort()
      await all
    },
  }
}

/** Ids of the calls that reached the target. */
export function idsAtTarget({ target }: ProcessWorld): readonly number[] {
  return target.recording.calls('write_record').map(({ body }) => idIn(body))
}

export function idIn(body: Buffer): number {
  const { params } = JSON.parse(body.toString()) as { params: { arguments: { id: number } } }
  return params.arguments.id
}
