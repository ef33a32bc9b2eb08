// Products as the stages before the log make them, and a log to write them to.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createAudit } from '../../src/audit/audit.ts'
import { logNames, pathsOf } from '../../src/audit/log-folder.ts'
import type { Audit } from '../../src/audit/record.ts'
import { Permit } from '../../src/authorize/permit.ts'
import type { OutcomeFacts } from '../../src/call/outcome.ts'
import type { CatalogueEntry } from '../../src/catalogue/entry.ts'
import type { Credential } from '../../src/credential/credential.ts'
import { Identity } from '../../src/identify/identity.ts'
import { canonicalJson } from '../../src/json/canonical.ts'
import type { JsonObject } from '../../src/json/value.ts'
import type { Log } from '../../src/observe/log.ts'
import { takeHold } from '../../src/store/sqlite/take-hold.ts'
import { systemClock } from '../../src/system/clock.ts'

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

export const entry: CatalogueEntry = {
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

export const decision = {
  mode: 'ENFORCE',
  policies: ['market.cedar#alerts'],
  setVersion: 'set-1',
  schemaVersion: 'schema-1',
} as const

export function permitOf(
  requestId: string,
  args: JsonObject = { market: 'DE', price: 12.5 },
  more: { identity?: Identity; durability?: 'written' | 'synced' } = {},
): Permit {
  const { identity = identityOf(), durability = 'synced' } = more
  return new Permit({
    requestId,
    identity,
    entry: { ...entry, facts: { ...entry.facts, durability } },
    args,
    argsJson: JSON.stringify(args),
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

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-audit-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export async function openAudit(folder: string): Promise<Audit & { readonly health: boolean[] }> {
  const health: boolean[] = []
  const audit = await createAudit(
    { folder },
    { clock: systemClock, takeHold, log: silent, onHealth: (healthy) => health.push(healthy) },
  )
  onTestFinished(() => audit.close())
  return { ...audit, health }
}

/** All records of all logs in a folder, as they stand there. */
export function recordsIn(folder: string): Record<string, unknown>[] {
  return logNames(folder).flatMap((name) =>
    readFileSync(pathsOf(folder, name).log, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { record: Record<string, unknown> }).record),
  )
}

export function personalIn(folder: string): Record<string, unknown>[] {
  return logNames(folder).flatMap((name) =>
    readFileSync(pathsOf(folder, name).personal, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  )
}

export const canonical = (value: JsonObject): string => canonicalJson(value)
