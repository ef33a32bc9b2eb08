// What checkHead compares Host and Origin with, computed once per configuration.

export type HeadSettings = {
  /** Lower-case `host[:port]`, exact. */
  readonly hosts: ReadonlySet<string>
  /** Serialised origins, exact. */
  readonly origins: ReadonlySet<string>
  /** Milliseconds on the monotonic clock. */
  readonly nowMs: () => number
}

export function createHeadSettings(options: {
  readonly publicUrl: string
  readonly allowedOrigins: readonly string[]
  /** Port of a loopback listener (development): its loopback names are served too. */
  readonly loopbackPort: number | undefined
  readonly nowMs: () => number
}): HeadSettings {
  const url = new URL(options.publicUrl)
  const hosts = new Set([url.host])
  // RFC 9110 §4.2.3: a default port may be written or left out.
  if (url.port === '') hosts.add(`${url.hostname}:${url.protocol === 'https:' ? 443 : 80}`)
  if (options.loopbackPort !== undefined) {
    for (const name of ['127.0.0.1', 'localhost', '[::1]']) {
      hosts.add(`${name}:${options.loopbackPort}`)
    }
  }
  return {
    hosts,
    origins: new Set([url.origin, ...options.allowedOrigins]),
    nowMs: options.nowMs,
  }
}
