// The check between a name and a socket (policy-audit §5.2). Literals are judged before anything is opened,
// because Node does not call the lookup hook for them; names are judged here by all their addresses, and
// the socket connects to that very answer, so that a second answer cannot differ (DNS rebinding).
import { lookup as systemLookup } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import type { AddressRule } from './addresses.ts'

/** Resolves a name to all its addresses; `node:dns` unless a test brings its own. */
export type Resolve = (
  hostname: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void

/** An address or a name that the gateway does not connect to. */
export class BlockedAddress extends Error {
  override readonly name = 'BlockedAddress'
}

export const systemResolve: Resolve = (hostname, done) => {
  systemLookup(hostname, { all: true, verbatim: true }, (error, addresses) =>
    done(error, error === null ? addresses : []),
  )
}

/** Why this host may not be connected to, or `undefined`; names pass unless they can only be internal. */
export function blockedHost(hostname: string, rule: AddressRule): string | undefined {
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  if (isIP(host) !== 0) {
    return rule.allows(host) ? undefined : `the address ${host} is not allowed`
  }
  const name = withoutEndDots(host.toLowerCase())
  const internal = name === 'localhost' || /\.(localhost|internal|local)$/.test(name) || name === ''
  return internal && !rule.internalNames ? `the name ${name} is internal` : undefined
}

/** By hand: a pattern would take the square of the length of a name full of dots. */
function withoutEndDots(name: string): string {
  let end = name.length
  while (name[end - 1] === '.') end -= 1
  return name.slice(0, end)
}

/** A `lookup` for `net.connect` that fails with BlockedAddress if any one address is not allowed. */
export function guardedLookup(rule: AddressRule, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      if (error !== null) return callback(error, '', 0)
      const bad = addresses.find(({ address }) => !rule.allows(address))
      const first = addresses[0]
      if (bad !== undefined || first === undefined) {
        const reason = bad === undefined ? 'no address' : `the address ${bad.address}`
        return callback(new BlockedAddress(`${hostname} resolves to ${reason}`), '', 0)
      }
      if (options.all === true) return callback(null, [...addresses])
      return callback(null, first.address, first.family)
    })
  }
}
