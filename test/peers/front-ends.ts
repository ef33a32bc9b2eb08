// Front ends before a started gateway, one connection to it shared by all their clients: what one client leaves
// behind on that connection, the next one finds.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../support/gateway.ts'

export type FrontEnd = { readonly port: number; readonly stop: () => Promise<void> }
export type FrontEndKind = keyof typeof KINDS

const HAPROXY = (port: number, gateway: number) => `
defaults
  mode http
  timeout connect 2s
  timeout client 700ms
  timeout server 5s
frontend clients
  bind 127.0.0.1:${port}
  default_backend gateway
backend gateway
  http-reuse always
  server one 127.0.0.1:${gateway} maxconn 1 pool-max-conn 1
`

const NGINX = (port: number, gateway: number, folder: string) => `
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  client_header_timeout 1s;
  client_body_timeout 1s;
  upstream gateway { server 127.0.0.1:${gateway}; keepalive 1; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://gateway;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
    }
  }
}
`

const KINDS = {
  haproxy: { command: 'haproxy', configuration: HAPROXY, args: ['-db', '-q', '-f'] },
  nginx: { command: 'nginx', configuration: NGINX, args: ['-c'] },
}

export async function startFrontEnd(kind: FrontEndKind, gateway: number): Promise<FrontEnd> {
  const { command, configuration, args } = KINDS[kind]
  const folder = mkdtempSync(join(tmpdir(), `sallyport-${kind}-`))
  const port = await freePort()
  const file = join(folder, 'configuration')
  writeFileSync(file, configuration(port, gateway, folder))
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` }
  const child = spawn(command, [...args, file], { env, stdio: 'inherit' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (tries === 50 || child.exitCode !== null) throw new Error(`${kind} does not start`)
    await sleep(100)
  }
  return {
    port,
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
