// The configuration that `sallyport dev` writes: the sample world behind one gateway on loopback. It is a file like
// any other, so that it can be read, changed and taken further.

export type DevConfig = {
  readonly port: number
  readonly issuer: string
  readonly marketUrl: string
  readonly documentsUrl: string
  /** Who vouches for the log; absent: nobody. */
  readonly notary?: {
    /** Path of the signer's socket. */
    readonly socket: string
    readonly witness: { readonly url: string; readonly key: string }
  }
}

/** YAML; paths are relative to the file. Each relaxation is there because the sample speaks plain http. */
export function devConfig({ port, issuer, marketUrl, documentsUrl, notary }: DevConfig): string {
  return `# yaml-language-server: $schema=./sallyport.schema.json
# Written by \`sallyport dev\` at each start: development mode, loopback only.
publicUrl: http://127.0.0.1:${port}
listen: { host: 127.0.0.1, port: ${port} }
operations: { host: 127.0.0.1, port: 0 }
stateFolder: ./state
audit:
  reserveBytes: 1048576
${notary === undefined ? '' : vouching(notary)}authorization:
  mode: external
  issuers:
    - issuer: ${issuer}
      profile: rfc9068
      tags: { groups: groups, tenant: tenant }
      tenant: tenant
      machines: allow
      agents: [acme-agent]
      allowInsecureIssuer: true
# Erin gives orders, Carol and Dan approve for each other.
operators: { claim: groups, roles: { admin: [gate-admins], auditor: [gate-admins], approver: [controllers] } }
policies: { folder: ./policies, timeZone: Europe/Berlin }
targets:
  market:
    kind: mcp
    url: ${marketUrl}
    allowInsecureTarget: true
    credential: { kind: none }
    tools:
      list_markets: { readOnly: true, idempotent: true }
      get_prices: { readOnly: true, idempotent: true, audit: [/market, /day] }
      get_load: { readOnly: true, idempotent: true, audit: [/market, /day] }
      get_volumes: { readOnly: true, idempotent: true, audit: [/market, /day] }
      forecast_load: { readOnly: true, idempotent: true, audit: [/market, /day, /days] }
      list_price_alerts: { readOnly: true, idempotent: true }
      set_price_alert: { readOnly: false, audit: [/market, /direction, /threshold] }
  # A server of an older revision: it opens sessions, and asks before it deletes.
  documents:
    kind: mcp
    url: ${documentsUrl}
    allowInsecureTarget: true
    credential: { kind: none }
    tools:
      search_documents: { readOnly: true, idempotent: true }
      read_document: { readOnly: true, idempotent: true, audit: [/id] }
      write_note: { readOnly: false, idempotent: true, audit: [/id] }
      delete_note: { readOnly: false, audit: [/id] }
`
}

function vouching({ socket, witness }: NonNullable<DevConfig['notary']>): string {
  return `  signer: { socket: ${JSON.stringify(socket)} }
  anchors:
    witness: { kind: witness, url: "${witness.url}", key: "${witness.key}", allowInsecure: true }
`
}

/** For the Inspector, which takes the modern era by file alone. */
export function inspectorConfig(url: string): string {
  const acme = { type: 'streamable-http', url, protocolEra: 'modern' }
  return `${JSON.stringify({ mcpServers: { acme } }, undefined, 2)}\n`
}
