// Products as the stages before the log make them.
import { Permit } from '../../src/authorize/permit.ts'
import type { OutcomeFacts } from '../../src/call/outcome.ts'
import type { CatalogueEntry } from '../../src/catalogue/entry.ts'
import type { Credential } from '../../src/credential/credential.ts'
import { Identity } from '../../src/identify/identity.ts'
import type { JsonObject } from '../../src/json/value.ts'
import type { Log } from '../../src/observe/log.ts'

export const ADDRESS = '192.0.2.7'

export function identityOf(subject = 'alice', sid = 'session-1'): Identity {
  return new Identity({
    principal: {
      kind: 'person',
      issuer: 'https://login.acme.example',
      subject,
      clientId: 'desktop',
      tenant: 'acme',
      tags: new Map([['groups', 'settlement']]),
      fingerprint: `fingerprint-of-${subject}`,
    },
    tokenHash8: '0badcafe',
    jti: 'jti-1',
    sid,
    grant: undefined,
    scopes: new Set(),
    issuedAtSeconds: 1_790_000_000,
    expiresAtSeconds: 1_790_003_600,
    authTimeSeconds: 1_789_999_000,
    acr: 'mfa',
    amr: ['pwd', 'otp'],
    keysStale: false,
  })
}

const entry: CatalogueEntry = {
  kind: 'tool',
  target: 'market',
  name: 'set_alert',
  qualifiedName: 'market___set_alert',
  wire: {},
  inputSchema: {},
  hash: 'ab'.repeat(32),
  pin: 'approved',
  facts: { readOnly: false, idempotent: false, durability: 'synced', auditPaths: ['/market'] },
  paramHeaders: [],
  quarantined: undefined,
}

const decision = {
  mode: 'ENFORCE',
  policies: ['market.cedar#alerts'],
  setVersion: 'set-1',
  schemaVersion: 'schema-1',
} as const

export function permitOf(
  requestId: string,
  args: JsonObject = { market: 'DE', price: 12.5 },
  more: {
    identity?: Identity
    durability?: 'written' | 'synced'
    auditPaths?: string[]
    /** As it is. */
    entry?: CatalogueEntry
  } = {},
): Permit {
  const { identity = identityOf(), durability = 'synced', auditPaths = ['/market'] } = more
  return new Permit({
    requestId,
    identity,
    entry: more.entry ?? { ...entry, facts: { ...entry.facts, durability, auditPaths } },
    args,
    argsJson: JSON.stringify(args),
    address: '192.0.2.1',
    decision,
  })
}

export const credential: Credential = {
  kind: 'secret',
  id: 'market',
  version: '3',
  connectionKey: undefined,
  header: 'authorization',
  value: 'Bearer canary-credential-value',
}

export function factsOf(result = '{"jsonrpc":"2.0","id":1,"result":{}}'): OutcomeFacts {
  return {
    class: 'ok',
    status: 200,
    resultBytes: Buffer.byteLength(result),
    result: Buffer.from(result),
    targetRequestId: 'target-1',
  }
}

export const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  request: () => undefined,
}
