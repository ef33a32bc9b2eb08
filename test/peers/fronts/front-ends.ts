// Front ends of other makers before a started gateway, as docs/front-ends/ configures them: the test changes addresses,
// files and patience in those files, and has all clients share one connection to the gateway, so that what one client
// leaves behind on it, the next one finds.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isOpen } from '../../../bench/src/free-port.ts'
import { selfSigned } from '../../../gateway/test/secrets/self-signed.ts'

export type FrontEnd = { readonly version: string; readonly stop: () => Promise<void> }
export type FrontEndKind = 'haproxy' | 'nginx' | 'caddy'
type Where = { readonly port: number; readonly gateway: number; readonly folder: string }
type Kind = {
  readonly file: string
  readonly args: readonly string[]
  /** What the test puts in place of what. */
  readonly changes: (where: Where) => readonly (readonly [string, string])[]
}

const DOCUMENTED = new URL('../../../docs/front-ends/', import.meta.url)

const KINDS: Readonly<Record<FrontEndKind, Kind>> = {
  haproxy: {
    file: 'haproxy.cfg',
    args: ['-db', '-q', '-f'],
    changes: ({ port, gateway, folder }) => [
      ['0.0.0.0:443', `127.0.0.1:${port}`],
      ['127.0.0.1:8080', `127.0.0.1:${gateway} maxconn 1 pool-max-conn 1`],
      ['http-reuse safe', 'http-reuse always'],
      ['/etc/haproxy/', `${folder}/`],
      ['maxconn 20000', 'maxconn 200'],
      ['http-request 10s', 'http-request 2s'],
      ['timeout client 75s', 'timeout client 2s'],
      ['keep-alive 60s', 'keep-alive 1s'],
    ],
  },
  nginx: {
    file: 'nginx.conf',
    args: ['-e', 'stderr', '-c'],
    changes: ({ port, gateway, folder }) => [
      ['0.0.0.0:443', `127.0.0.1:${port}`],
      ['127.0.0.1:8080', `127.0.0.1:${gateway}`],
      ['keepalive 32', 'keepalive 1'],
      ['/etc/nginx/', `${folder}/`],
      ['client_header_timeout 10s', 'client_header_timeout 2s'],
      ['client_body_timeout 30s', 'client_body_timeout 2s'],
      ['    keepalive_timeout 75s', '    keepalive_timeout 1s'],
      [
        'worker_processes auto;',
        `worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;`,
      ],
      ['http {', `http { access_log off; ${temporaryFolders(folder)}`],
    ],
  },
  caddy: {
    file: 'Caddyfile',
    args: ['run', '--adapter', 'caddyfile', '--config'],
    changes: ({ port, gateway, folder }) => [
      [':443 {', `:${port} {`],
      ['bind 0.0.0.0', 'bind 127.0.0.1'],
      ['127.0.0.1:8080', `127.0.0.1:${gateway}`],
      ['_per_host 32', '_per_host 1\n\t\t\tmax_conns_per_host 1'],
      ['/etc/caddy/', `${folder}/`],
      ['read_header 10s', 'read_header 2s'],
      ['read_body 30s', 'read_body 2s'],
      ['idle 60s', 'idle 1s'],
    ],
  },
}

export async function startFrontEnd(
  kind: FrontEndKind,
  port: number,
  gateway: number,
): Promise<FrontEnd> {
  const folder = mkdtempSync(join(tmpdir(), `sallyport-${kind}-`))
  const { file, args, changes } = KINDS[kind]
  writeCertificate(folder)
  const configuration = join(folder, file)
  writeFileSync(configuration, changed(file, changes({ port, gateway, folder })))
  const env = {
    ...process.env,
    PATH: `${process.env['PATH']}:/usr/sbin`,
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
  }
  const log: string[] = []
  const child = spawn(kind, [...args, configuration], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => log.push(text))
  }
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => log.push(String(error)))
    child.once('close', () => resolve())
  })
  for (let tries = 0; !(await isOpen(port)); tries += 1) {
    if (tries === 100 || child.exitCode !== null || child.pid === undefined) {
      child.kill('SIGKILL')
      throw new Error(`${kind} does not start; is it installed?\n${log.join('')}`)
    }
    await sleep(100)
  }
  return {
    version: versionOf(kind, env),
    async stop() {
      child.kill('SIGTERM')
      const hard = setTimeout(() => child.kill('SIGKILL'), 3_000)
      await ended
      clearTimeout(hard)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function changed(file: string, changes: readonly (readonly [string, string])[]): string {
  let text = readFileSync(new URL(file, DOCUMENTED), 'utf8')
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`docs/front-ends/${file} has no \`${from}\``)
    text = text.replaceAll(from, () => to)
  }
  return text
}

function writeCertificate(folder: string): void {
  const { certificate, key } = selfSigned()
  writeFileSync(join(folder, 'gate.crt'), certificate)
  writeFileSync(join(folder, 'gate.key'), key)
  writeFileSync(join(folder, 'gate.pem'), `${certificate}\n${key}`)
}

function temporaryFolders(folder: string): string {
  return ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ')
}

function versionOf(kind: FrontEndKind, env: NodeJS.ProcessEnv): string {
  const flag = kind === 'caddy' ? ['version'] : ['-v']
  const said = execFileSync('sh', ['-c', '"$0" "$@" 2>&1', kind, ...flag], { env }).toString()
  return /\d+\.\d+\.\d+/.exec(said)?.[0] ?? said
}
