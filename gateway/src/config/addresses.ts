// Judgements about the addresses in a configuration: canonical origins and loopback hosts.

/** True for 127.0.0.0/8, ::1 and `localhost`, with or without brackets. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare)
}

/** An origin as browsers serialise it (RFC 6454 §6.1), http or https. */
export function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text
}

/** The origin of the gateway: https, or plain http on loopback. */
export function isPublicUrl(text: string): boolean {
  if (!isOrigin(text)) return false
  const url = new URL(text)
  return url.protocol === 'https:' || isLoopback(url.hostname)
}
