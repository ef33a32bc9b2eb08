// Which IP addresses the gateway may connect to (policy-audit §5.3): global unicast, and what a CIDR of the
// configuration spells out. Embedded IPv4 (mapped form) is judged as the IPv4 address that it is.
// Names are judged in lookup.ts by what they resolve to.
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

type Address = ReturnType<typeof ipaddr.process>
type Cidr = ReturnType<typeof ipaddr.parseCIDR>

export type AddressRule = {
  /** True where a socket may be opened to this address. `address` is textual, brackets removed. */
  readonly allows: (address: string) => boolean
  /** True where the configuration spelled out any private range: internal names may then be resolved. */
  readonly internalNames: boolean
}

/** CIDRs of a relaxed target (`allowInsecureTarget`): this host and its private networks, never link-local. */
export const PRIVATE_ADDRESSES: readonly string[] = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '::1/128',
  'fc00::/7',
]

// Addresses at which clouds hand out credentials to whoever can connect. Some lie within ranges that are
// otherwise fit (168.63.129.16 is public), so a CIDR opens them only if it names exactly the one host.
const METADATA = [
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  '168.63.129.16',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
].map((address) => ipaddr.process(address).toNormalizedString())

// Inside 2000::/3 ipaddr.js calls these unicast, and they are not reachable as such.
const NOT_GLOBAL = [ipaddr.parseCIDR('64:ff9b:1::/48'), ipaddr.parseCIDR('3fff::/20')]
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3')

/** Throws on a CIDR that is none: the configuration has checked them before. */
export function addressRule(allowed: readonly string[]): AddressRule {
  const cidrs = allowed.map((cidr) => ipaddr.parseCIDR(cidr))
  return {
    allows: (text) => {
      const address = parseAddress(text)
      if (address === undefined) return false
      if (METADATA.includes(address.toNormalizedString())) {
        return cidrs.some((cidr) => isWholeAddress(cidr) && matches(address, cidr))
      }
      return isGlobalUnicast(address) || cidrs.some((cidr) => matches(address, cidr))
    },
    internalNames: cidrs.length > 0,
  }
}

/** True for the CIDR notation that {@link addressRule} takes. */
export function isCidr(text: string): boolean {
  return ipaddr.isValidCIDR(text)
}

/**
 * Whose budget an address spends: IPv4 as it is, of IPv6 the network of 64 bits, which one subscriber has at least.
 * `address` as the kernel writes it (RFC 5952); read by hand, for it is asked on every request.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice(7)
  const whole = firstGroups(address)
  if (whole !== undefined) return whole
  const [head = '', tail = ''] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === '' ? [] : tail.split(':')
  while (groups.length + after.length < 8) groups.push('0')
  return [...groups, ...after].slice(0, 4).join(':')
}

/** The address in its one form, IPv4 where it is mapped into IPv6; `undefined` where it is none, or has a zone. */
export function canonicalAddress(text: string): string | undefined {
  return isIP(text) === 0 ? undefined : parseAddress(text)?.toString()
}

/** The first four groups, where none of them is left out. */
function firstGroups(address: string): string | undefined {
  let end = -1
  for (let group = 0; group < 4; group += 1) {
    const from = end + 1
    end = address.indexOf(':', from)
    if (end <= from) return undefined
  }
  return address.slice(0, end)
}

function parseAddress(text: string): Address | undefined {
  // A zone (`fe80::1%eth0`) selects an interface, which no caller has any business to do.
  if (text.includes('%') || !ipaddr.isValid(text)) return undefined
  return ipaddr.process(text)
}

function isGlobalUnicast(address: Address): boolean {
  if (address.range() !== 'unicast') return false
  if (address.kind() === 'ipv4') return true
  return matches(address, GLOBAL_IPV6) && !NOT_GLOBAL.some((cidr) => matches(address, cidr))
}

function matches(address: Address, cidr: Cidr): boolean {
  return address.kind() === cidr[0].kind() && address.match(cidr)
}

function isWholeAddress([address, bits]: Cidr): boolean {
  return bits === (address.kind() === 'ipv4' ? 32 : 128)
}
