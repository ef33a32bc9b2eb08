// Go's ReverseProxy as a baseline that checks (bench/go-proxy): RS256 by the issuer's keys with a cache of verified
// tokens, and a rule on the tool's name. One thread, and idle connections for the whole load.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GATEWAY_CORE } from './crew.ts'

const SOURCE = fileURLToPath(new URL('../go-proxy', import.meta.url))
const PLACES = ['/usr/local/go/bin/go', '/usr/bin/go', '/usr/lib/go/bin/go']

type GoProxySettings = {
  readonly port: number
  readonly upstream: string
  readonly issuer: string
  readonly audience: string
}

/** `undefined` where there is no Go. */
export function startGoProxy(settings: GoProxySettings): ChildProcess | undefined {
  const go = PLACES.find((place) => existsSync(place))
  if (go === undefined) return undefined
  const program = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'go-proxy')
  execFileSync(go, ['build', '-o', program, '.'], {
    cwd: SOURCE,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false', GOTOOLCHAIN: 'local' },
  })
  const { port, upstream, issuer, audience } = settings
  const flags = Object.entries({ listen: `127.0.0.1:${port}`, upstream, issuer, audience })
  const args = flags.map(([flag, value]) => `-${flag}=${value}`)
  return spawn('taskset', ['-c', GATEWAY_CORE, program, ...args], {
    env: { ...process.env, GOMAXPROCS: '1' },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}
