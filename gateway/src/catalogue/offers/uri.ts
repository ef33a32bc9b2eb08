// What a URI of a resource may be (protocol §5, attacks M-17): the one spelling of what it names (RFC 3986 §6.2.2), so
// that a policy which reads it and a server that resolves it see the same. Nothing is rewritten: another spelling is
// refused. Who owns a URI is owners.ts.

/** Longer ones are not looked at (attacks M-16); a name in a header is no longer either. */
export const MAX_URI = 8192

const SHAPE = /^[a-z][a-z0-9+.-]*:[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/
const SCHEME_ONLY = /^[a-z][a-z0-9+.-]*:(?:\/\/)?$/
const ESCAPE = /%(.{0,2})/g
const HEX = /^[0-9A-F]{2}$/
const UNRESERVED = /^[\w\-.~]$/
/** Where a server may begin to read anew. */
const SEGMENT_ENDS = /[/\\?#&=;,]/

/** Why nothing is read under it, in words; `undefined`: it may name a resource. */
export function uriFault(uri: string): string | undefined {
  if (uri.length > MAX_URI) return `it is longer than ${MAX_URI} characters`
  if (!SHAPE.test(uri) || SCHEME_ONLY.test(uri)) return 'it is no absolute URI of RFC 3986'
  if (uri.startsWith('file:')) return 'resources of the scheme `file` are not read'
  return authorityFault(uri) ?? escapeFault(uri) ?? traversalFault(uri)
}

/** RFC 3986 §3.2.1: what stands before an `@` is not the host that it looks like. */
function authorityFault(uri: string): string | undefined {
  const from = uri.indexOf(':') + 1
  if (!uri.startsWith('//', from)) return undefined
  const authority = uri.slice(from + 2).split(/[/?#]/, 1)[0] ?? ''
  return authority.includes('@') ? 'it has user information' : undefined
}

/** Each octet is escaped where it must be, in one way, and once. */
function escapeFault(uri: string): string | undefined {
  for (const [, hex = ''] of uri.matchAll(ESCAPE)) {
    if (!HEX.test(hex)) return 'it has an escape that is not of two upper-case hexadecimal digits'
    const octet = Number.parseInt(hex, 16)
    if (octet < 0x20 || octet === 0x7f) return 'it has an escaped control character'
    const character = String.fromCharCode(octet)
    if (octet < 0x80 && UNRESERVED.test(character)) return 'it escapes what needs no escape'
    if ('/\\%'.includes(character)) return 'it has an escaped slash, backslash or percent sign'
  }
  return undefined
}

function traversalFault(uri: string): string | undefined {
  const segments = uri.slice(uri.indexOf(':') + 1).split(SEGMENT_ENDS)
  return segments.some((segment) => segment === '..' || segment === '.')
    ? 'it has a segment `.` or `..`'
    : undefined
}
