// HAProxy as a baseline that checks: one thread, RS256 by `jwt_verify` with the same key on every call, issuer,
// audience and expiry, and a rule on the tool's name out of the body. What it does not check (duplicate members,
// lists, records) stands in docs/performance.md.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type HaproxySettings = {
  readonly port: number
  readonly upstream: string
  readonly publicKeyPem: string
  readonly issuer: string
  readonly audience: string
}

export function startHaproxy(settings: HaproxySettings): ChildProcess {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  writeFileSync(join(folder, 'key.pem'), settings.publicKeyPem)
  writeFileSync(join(folder, 'haproxy.cfg'), configuration(settings, join(folder, 'key.pem')))
  return spawn('haproxy', ['-q', '-db', '-f', join(folder, 'haproxy.cfg')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

export function configuration(settings: HaproxySettings, keyFile: string): string {
  const { port, upstream, issuer, audience } = settings
  return `global
    nbthread 1
    maxconn 1000
    tune.bufsize 32768

defaults
    mode http
    timeout connect 3s
    timeout client 60s
    timeout server 60s
    timeout http-keep-alive 60s
    option http-keep-alive
    option http-buffer-request
    http-reuse always

frontend mcp
    bind 127.0.0.1:${port}
    http-request set-var(txn.bearer) http_auth_bearer
    http-request set-var(txn.alg) http_auth_bearer,jwt_header_query('$.alg')
    http-request set-var(txn.iss) http_auth_bearer,jwt_payload_query('$.iss')
    http-request set-var(txn.aud) http_auth_bearer,jwt_payload_query('$.aud')
    http-request set-var(txn.exp) http_auth_bearer,jwt_payload_query('$.exp','int')
    http-request set-var(txn.now) date()
    http-request return status 401 unless { var(txn.alg) -m str RS256 }
    http-request return status 401 unless { var(txn.iss) -m str ${issuer} }
    http-request return status 401 unless { var(txn.aud) -m str ${audience} }
    http-request return status 401 if { var(txn.exp),sub(txn.now) -m int lt 0 }
    http-request return status 401 unless { var(txn.bearer),jwt_verify(txn.alg,"${keyFile}") -m int 1 }
    http-request return status 413 if { req.body_size gt 30000 }
    http-request return status 403 if { req.body -m sub \\\\u }
    http-request return status 403 unless { req.body,json_query('$.method') -m str tools/call }
    http-request return status 403 unless { req.body,json_query('$.params.name') -m str lookup }
    http-request del-header authorization
    default_backend target

backend target
    server target ${upstream.replace('http://', '')} maxconn 64
`
}
