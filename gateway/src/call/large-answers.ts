// Room for large answers (promises §5, attacks D-12). An answer must be whole before it is checked and sent, so that many
// large ones at once would be the memory of the process: only so many grow beyond a mebibyte at one time, from the first
// byte beyond it until the client has the last one. The others wait, and so do their targets. Nobody has more than half
// of the room, so that one who reads slowly does not hold up all.

export type Flow = { readonly pause: () => void; readonly resume: () => void }

/** Of one call. */
export type Room = {
  /** So much of the answer is there; more comes when there is room for it. */
  readonly grow: (bytes: number, flow: Flow) => void
  /** The answer is gone, one way or the other. */
  readonly leave: () => void
}

export type LargeAnswers = {
  /** `owner`: whose call it is. */
  readonly room: (owner: string) => Room
  /** Answers that have room, and that wait for it. */
  readonly counts: () => { readonly inside: number; readonly waiting: number }
}

export const SMALL_BYTES = 1024 * 1024

type Waiting = { readonly owner: string; readonly enter: () => void }

/** `resultBytes`: the largest there may be. */
export type LargeAnswersSettings = {
  readonly resultBytes: number
  readonly largeAnswersBytes: number
}

export function createLargeAnswers(settings: () => LargeAnswersSettings): LargeAnswers {
  const held = new Map<string, number>()
  const queue = new Set<Waiting>()
  let inside = 0

  function mayEnter(owner: string): boolean {
    const { resultBytes, largeAnswersBytes } = settings()
    const places = Math.max(2, Math.floor(largeAnswersBytes / resultBytes))
    return inside < places && (held.get(owner) ?? 0) < Math.max(1, Math.floor(places / 2))
  }

  function enter(owner: string): void {
    inside += 1
    held.set(owner, (held.get(owner) ?? 0) + 1)
  }

  function leave(owner: string): void {
    inside -= 1
    const left = (held.get(owner) ?? 1) - 1
    if (left === 0) held.delete(owner)
    else held.set(owner, left)
    for (const waiting of queue) if (mayEnter(waiting.owner)) waiting.enter()
  }

  function room(owner: string): Room {
    let state: 'small' | 'waiting' | 'inside' | 'over' = 'small'
    let waiting: Waiting | undefined
    return {
      grow(size, flow) {
        if (size <= SMALL_BYTES || state !== 'small') return
        if (mayEnter(owner)) {
          state = 'inside'
          return enter(owner)
        }
        state = 'waiting'
        flow.pause()
        const own: Waiting = {
          owner,
          enter() {
            queue.delete(own)
            state = 'inside'
            enter(owner)
            flow.resume()
          },
        }
        waiting = own
        queue.add(own)
      },
      leave() {
        if (waiting !== undefined) queue.delete(waiting)
        const was = state
        state = 'over'
        if (was === 'inside') leave(owner)
      },
    }
  }

  return { room, counts: () => ({ inside, waiting: queue.size }) }
}
