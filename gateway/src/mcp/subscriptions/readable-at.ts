// Whether somebody may read a resource at this moment, and at which target: the decision that a `resources/read` of theirs
// would get, without the read. What waits for a second person, or is switched off, cannot be read now.
import type { Authorize } from '../../authorize/authorize.ts'
import type { Switches } from '../../authorize/switches/switches.ts'
import type { Resources } from '../../catalogue/offers/owners.ts'
import { isBelow } from '../../in/versions.ts'
import { isRefusal } from '../../refusal.ts'
import { qualifyReading } from '../names.ts'
import type { Reader } from './subscriptions.ts'

export function createReadableAt(parts: {
  readonly authorize: Pick<Authorize, 'see' | 'decide'>
  readonly switches: Pick<Switches, 'ofTool'>
  readonly resources: () => Resources
  readonly minProtocol: (target: string) => string
}): (reader: Reader, uri: string) => string | undefined {
  const { authorize, switches, resources, minProtocol } = parts
  return ({ identity, target, spoken, requestId, address }, uri) => {
    const known = resources()
    const owner = known.ownerOf(uri, target)
    const entry = authorize.see(identity, qualifyReading(owner), 'resource')
    if (isRefusal(entry) || switches.ofTool(entry) !== undefined) return undefined
    if (isBelow(minProtocol(entry.target), spoken)) return undefined
    // An interface that tools name is nothing to whoever may see none of them (protocol §5).
    const named = uri.startsWith('ui:') ? known.namedBy(entry.target, uri) : []
    if (named.length > 0 && named.every((tool) => isRefusal(authorize.see(identity, tool)))) {
      return undefined
    }
    const decided = authorize.decide(identity, entry, { uri }, requestId, address)
    return isRefusal(decided) ? undefined : owner
  }
}
