// A configuration that uses every part, and what a test needs to read variations of it.
import { parseConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/schema.ts'
import type { Problem } from '../../src/config/problem.ts'

export const ENVIRONMENT = { PORT: '8444', LEVEL: 'warn', HOST_CANARY: 'canary-of-environment' }

export const GOOD = `# a comment
publicUrl: https://gate.acme.example
listen:
  host: 127.0.0.1
  port: \${PORT}
  tls: { certificate: { file: ./tls.crt }, key: { file: ./tls.key } }
operations: { host: 127.0.0.1, port: 9464 }
stateFolder: ./state
authorization:
  mode: external
  issuers:
    - issuer: https://login.acme.example
      profile: rfc9068
      tags: { groups: groups, tenant: tenant }
      tenant: tenant
      agents: [acme-agent]
  requiredScopes: [mcp]
allowedOrigins: ['https://app.acme.example']
policies: { folder: ./policies }
targets:
  market:
    kind: mcp
    url: http://127.0.0.1:4001/mcp
    allowInsecureTarget: true
    baseline: '1'
    credential:
      kind: secret
      header: Authorization
      prefix: 'Bearer '
      secret: { file: ./market.key }
    tools:
      set_alert: { readOnly: false }
      get_prices: { readOnly: true, idempotent: true, audit: [/market, /day] }
    timeouts: { connectMs: 3000 }
  weather: { kind: mcp, url: 'https://weather.example/mcp', credential: { kind: none } }
limits: { bodyBytes: 1048576 }
log: { level: info }
`

export function good(text = GOOD): Config {
  const result = parseConfig(text, '/etc/sallyport/sallyport.yaml', ENVIRONMENT)
  if ('problems' in result) throw new Error(JSON.stringify(result.problems, null, 1))
  return result.config
}

export function problemsOf(
  text: string,
  environment: Readonly<Record<string, string>> = ENVIRONMENT,
): readonly Problem[] {
  const result = parseConfig(text, '/etc/sallyport/sallyport.yaml', environment)
  return 'problems' in result ? result.problems : []
}

/** The good configuration with one part replaced; the part must be there. */
export function changed(from: string | RegExp, to: string): string {
  const text = GOOD.replace(from, () => to)
  if (text === GOOD) throw new Error(`nothing to replace: ${String(from)}`)
  return text
}
