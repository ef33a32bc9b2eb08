// Calls that wait at a target of the old era for what a person answers (protocol §4): the target's stream stays open,
// the client has a random handle and comes back with it. A handle counts once, for the same principal, the same tool
// and the same arguments, and for ten minutes; what is lost is refused in words and never called again silently.
import type { Permit } from '../../../authorize/permit.ts'
import { canonicalJson } from '../../../json/canonical.ts'
import type { Deadlines } from '../../../net/deadlines.ts'
import { randomId } from '../../../system/ids.ts'

type CanBeGivenUp = { readonly giveUp: () => void }

export type ParkedCalls<Call extends CanBeGivenUp> = {
  /** Returns the handle; `undefined`: too many wait already. */
  readonly park: (call: Call, permit: Permit) => string | undefined
  /** `undefined`: there is none of this handle for this permit. */
  readonly take: (handle: string, permit: Permit) => Call | undefined
  /** Gives all up, at the target too. */
  readonly close: () => void
}

/** As long as a client may take to come back (protocol §7). */
const WAIT_MS = 600_000
const MAX_PARKED = 1_000
const MAX_OF_ONE = 16

type Parked<Call> = {
  readonly call: Call
  readonly owner: string
  readonly bound: string
  readonly stop: () => void
}

export function createParkedCalls<Call extends CanBeGivenUp>(
  deadlines: Deadlines,
  waitMs = WAIT_MS,
): ParkedCalls<Call> {
  const parked = new Map<string, Parked<Call>>()
  const owned = new Map<string, number>()

  function release(handle: string): Parked<Call> | undefined {
    const found = parked.get(handle)
    if (found === undefined) return undefined
    parked.delete(handle)
    const left = (owned.get(found.owner) ?? 1) - 1
    if (left === 0) owned.delete(found.owner)
    else owned.set(found.owner, left)
    found.stop()
    return found
  }

  return {
    park(call, permit) {
      const owner = permit.identity.principal.fingerprint
      const others = owned.get(owner) ?? 0
      if (parked.size >= MAX_PARKED || others >= MAX_OF_ONE) return undefined
      const handle = randomId() + randomId()
      const stop = deadlines.start(waitMs, () => release(handle)?.call.giveUp())
      parked.set(handle, { call, owner, bound: bindingOf(permit), stop })
      owned.set(owner, others + 1)
      return handle
    },
    take(handle, permit) {
      if (parked.get(handle)?.bound !== bindingOf(permit)) return undefined
      return release(handle)?.call
    },
    close() {
      for (const handle of parked.keys()) release(handle)?.call.giveUp()
    },
  }
}

/** What is decided is what is sent: a call goes on only for the arguments that it was begun with. */
function bindingOf({ identity, entry, args }: Permit): string {
  return `${identity.principal.fingerprint} ${entry.qualifiedName} ${canonicalJson(args)}`
}
