// A whole gateway for tests: a real configuration file, real listeners on loopback, an issuer whose keys the test holds
// and a recording target behind it. In process, composed as `serve` composes it.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { connect } from 'node:tls'
import { startGateway, type Gateway } from '@sallyport/gateway/app.ts'
import { loadConfig } from '@sallyport/gateway/config/load.ts'
import { renderProblems } from '@sallyport/gateway/config/render-problems.ts'
import type { Clock } from '@sallyport/gateway/system/clock.ts'
import { modernRequest, type ModernCall } from '@sallyport/sample/modern-request.ts'
import {
  startRecordingTarget,
  type RecordingTarget,
  type RecordingTargetSettings,
} from '@sallyport/sample/recording-target/recording-target.ts'
import { freePort } from '../../bench/src/free-port.ts'
import { selfSigned } from '../../gateway/test/secrets/self-signed.ts'
import { startIssuer, type Mint, type TestIssuer } from './issuer.ts'
import { rawRequest, sendRaw, type Peer, type RawAnswer, type RawRequest } from './raw.ts'

const DESCRIBED_MS = 10_000

/** Everybody of group `settlement-analysts` may call every tool of the target `records` but `delete_record`. */
export const DEFAULT_POLICY = `@id("analysts")
permit (principal is AgentCore::OAuthUser, action, resource)
when { principal.hasTag("groups") && principal.getTag("groups") like "*|settlement-analysts|*" };

@id("nobody-deletes")
forbid (principal, action == AgentCore::Action::"records___delete_record", resource);
`

export type TestGatewayOptions = {
  /** Cedar text; default: DEFAULT_POLICY. */
  readonly policies?: string
  /** False: no help for editors is written beside them. */
  readonly policyHelp?: boolean
  readonly target?: RecordingTargetSettings
  /** Members of the target's settings in YAML flow form, after the url: `tools: { … }, timeouts: { … }`. */
  readonly targetSettings?: string
  /** Members of the issuer's settings in YAML flow form. */
  readonly issuerSettings?: string
  /** More issuers, each in YAML flow form. */
  readonly moreIssuers?: readonly string[]
  /** More top-level YAML. */
  readonly yaml?: string
  /** The gateway speaks https with a certificate of its own, and so does `raw`. */
  readonly tls?: true
  /** The origin of what stands before the gateway; default: its own. */
  readonly publicUrl?: string
  readonly clock?: Clock
  /** How soon what another process wrote is read; default as in production. */
  readonly readAgainMs?: number
  readonly environment?: Readonly<Record<string, string>>
  /** Keeps state of a former gateway: its folder. */
  readonly folder?: string
}

export type TestGateway = {
  readonly gateway: Gateway
  readonly port: number
  /** `http://127.0.0.1:<port>`, or https. */
  readonly publicUrl: string
  /** Canonical resource of the aggregate endpoint, or of the target's own. */
  readonly resource: (target?: string) => string
  readonly issuer: TestIssuer
  readonly target: RecordingTarget
  readonly folder: string
  readonly configFile: string
  /** Lines of the log so far. */
  readonly log: () => string
  /** A token of Alice for the target's endpoint `/mcp/records` (or another resource). */
  readonly token: (more?: Mint & { readonly resource?: string }) => string
  /** Sends a raw request with Host set; other headers as given. */
  readonly raw: (request: RawRequest) => Promise<RawAnswer>
  /** A well-formed modern call to `/mcp/records` with a good token, changed by what is given. */
  readonly call: (call: ModernCall & { readonly path?: string }) => Promise<RawAnswer>
  /** Bodies of the tools/call requests that reached the target. */
  readonly callsAtTarget: () => readonly string[]
  /** All audit records written so far, in order. */
  readonly audit: () => readonly Record<string, unknown>[]
  readonly stop: () => Promise<void>
}

export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const issuer = await startIssuer()
  const target = await startRecordingTarget(options.target)
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'sallyport-test-'))
  const port = await freePort()
  const configFile = writeConfig(folder, port, issuer, target, options)
  const lines: string[] = []
  const loaded = await loadConfig(configFile, options.environment ?? {})
  if ('problems' in loaded) throw new Error(renderProblems(loaded.problems, false))
  const gateway = await startGateway({
    loaded,
    environment: options.environment ?? {},
    stream: { write: (line) => lines.push(line) },
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.readAgainMs === undefined ? {} : { readAgainMs: options.readAgainMs }),
  })
  // A start waits a second for its targets; on a busy machine that is not enough.
  await Promise.race([gateway.described, wait(DESCRIBED_MS)])
  const publicUrl = publicUrlOf(port, options)
  const peer = options.tls ? () => connect(port, '127.0.0.1', { rejectUnauthorized: false }) : port
  return {
    gateway,
    port,
    ...createCaller(publicUrl, issuer, peer),
    issuer,
    target,
    folder,
    configFile,
    log: () => lines.join(''),
    callsAtTarget: () => target.recording.calls().map(({ body }) => body.toString()),
    audit: () => readAudit(join(folder, 'state/audit')),
    async stop() {
      await gateway.close({ serveOnMs: 0, finishMs: 1000 })
      await target.stop()
      await issuer.close()
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** How tests call a gateway at this origin with tokens of this issuer; `peer`: where it listens. */
export function createCaller(
  publicUrl: string,
  issuer: TestIssuer,
  peer: Peer,
): Pick<TestGateway, 'publicUrl' | 'resource' | 'token' | 'raw' | 'call'> {
  const port = Number(new URL(publicUrl).port)
  const resource = (of?: string) => `${publicUrl}/mcp${of === undefined ? '' : `/${of}`}`
  const token: TestGateway['token'] = ({ resource: of = resource('records'), ...mint } = {}) =>
    issuer.mint(of, mint)
  const raw: TestGateway['raw'] = ({ headers = [], ...rest }) =>
    sendRaw(peer, rawRequest({ ...rest, headers: withHost(headers, port) }))
  return {
    publicUrl,
    resource,
    token,
    raw,
    call({ path = '/mcp/records', ...call }) {
      const of = path.replace(/\/$/, '') === '/mcp' ? resource() : resource('records')
      const { headers, body } = modernRequest({ token: token({ resource: of }), ...call })
      return raw({ path, headers: Object.entries(headers), body })
    },
  }
}

type RawHeaders = NonNullable<RawRequest['headers']>

function withHost(headers: RawHeaders, port: number): RawHeaders {
  const named = headers.some(([name]) => name.toLowerCase() === 'host')
  return named ? headers : [['Host', `127.0.0.1:${port}`], ...headers]
}

export function writeConfig(
  folder: string,
  port: number,
  issuer: TestIssuer,
  target: RecordingTarget,
  options: TestGatewayOptions,
): string {
  mkdirSync(join(folder, 'policies'), { recursive: true })
  writeFileSync(join(folder, 'policies/test.cedar'), options.policies ?? DEFAULT_POLICY)
  const more = (text: string | undefined) => (text === undefined ? '' : `, ${text}`)
  const file = join(folder, 'sallyport.yaml')
  writeFileSync(
    file,
    `publicUrl: ${publicUrlOf(port, options)}
listen: { host: 127.0.0.1, port: ${port}${more(tlsSettings(folder, options))} }
operations: { host: 127.0.0.1, port: 0 }
authorization:
  mode: external
  issuers:
    - { issuer: "${issuer.issuer}", profile: rfc9068, algorithms: [RS256, ES256], tags: { groups: groups }, tenant: tenant, allowInsecureIssuer: true${more(options.issuerSettings)} }
${(options.moreIssuers ?? []).map((settings) => `    - ${settings}\n`).join('')}policies: { folder: ./policies${options.policyHelp === false ? ', editorHelp: false' : ''} }
${reserve(options.yaml)}${patience(options.yaml)}${limits(options.yaml)}targets:
  records: { kind: mcp, url: "${target.url}", allowInsecureTarget: true${more(options.targetSettings)} }
${options.yaml ?? ''}
`,
  )
  return file
}

/** Hundreds of gateways on one machine: none keeps much disk for itself, unless the test says how much. */
function reserve(yaml = ''): string {
  return /^audit:/m.test(yaml) ? '' : 'audit: { reserveBytes: 65536 }\n'
}

/** Tests share a machine that is busy: a loop that is late for it is no load of this gateway. */
function patience(yaml = ''): string {
  return /^shedding:/m.test(yaml) ? '' : 'shedding: { loopDelayMs: 30000 }\n'
}

/** Tests ask more of one person in a second than the defaults allow; the limits are asked all the same. */
function limits(yaml = ''): string {
  if (/^rateLimits:/m.test(yaml)) return ''
  const names = ['address', 'client', 'person', 'tool', 'target']
  const most = names.map((name) => `${name}: { perMinute: 1000000, burst: 1000000 }`)
  return `rateLimits: { ${most.join(', ')} }\n`
}

function publicUrlOf(port: number, { tls, publicUrl }: TestGatewayOptions): string {
  return publicUrl ?? `${tls ? 'https' : 'http'}://127.0.0.1:${port}`
}

function tlsSettings(folder: string, { tls }: TestGatewayOptions): string | undefined {
  if (tls === undefined) return undefined
  const { certificate, key } = selfSigned()
  const file = (name: string) => join(folder, `listener.${name}`)
  writeFileSync(file('crt'), certificate)
  // A key that everybody may read is refused.
  writeFileSync(file('key'), key, { mode: 0o600 })
  return `tls: { certificate: { file: "${file('crt')}" }, key: { file: "${file('key')}" } }`
}

export function readAudit(folder: string): readonly Record<string, unknown>[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl') && !name.endsWith('.personal.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean))
    .map((line) => (JSON.parse(line) as { record: Record<string, unknown> }).record)
}
