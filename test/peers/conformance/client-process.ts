// Our own command as the client that the conformance suite tests: `sallyport login`, `tools` and `call`, as somebody types
// them who does what the command says. The suite gives the URL of its server as the last argument, what it registered by
// hand in the environment; there is no browser: the address that is shown is fetched.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type Ended = { readonly code: number; readonly out: string; readonly err: string }

/** Scenarios about what this command does not do. */
const ELSEWHERE = /^(?!auth\/)|^auth\/(client-credentials|enterprise|dpop|wif)/

const COMMAND = new URL('../../../cli/src/sallyport.js', import.meta.url).pathname
const SIGN_IN = 77
const MOST_SIGN_INS = 2

/** What the suite takes for a document that describes this client. */
const CLIENT_ID_METADATA = 'https://conformance-test.local/client-metadata.json'

const url = process.argv.at(-1) ?? ''
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? ''
const home = mkdtempSync(join(tmpdir(), 'sallyport-client-'))
try {
  process.exitCode = ELSEWHERE.test(scenario) ? 1 : await useServer()
} finally {
  rmSync(home, { recursive: true, force: true })
}

/** Signs in as often as the command says so, lists, and calls the first tool. */
async function useServer(): Promise<number> {
  let asked: readonly string[] = []
  for (let round = 1; round <= MOST_SIGN_INS; round += 1) {
    const login = await sallyport([
      'login',
      url,
      '--no-browser',
      '--timeout',
      '60',
      ...asked,
      ...registered(),
    ])
    if (login.code !== 0) return login.code
    const used = await callFirstTool()
    // As it would be typed: `sallyport login <url> --scope <scopes>`.
    const [, more] = /"fix":"sallyport login \S+?(?: --scope '?([^'"]+)'?)?"/.exec(used.err) ?? []
    if (used.code !== SIGN_IN) return used.code
    asked = more === undefined ? [] : ['--scope', more]
  }
  return SIGN_IN
}

async function callFirstTool(): Promise<Ended> {
  const tools = await sallyport(['tools', url, '--json'])
  if (tools.code !== 0) return tools
  const [, name] = /"name": ?"([^"]+)"/.exec(tools.out) ?? []
  return name === undefined ? tools : sallyport(['call', url, name, '--json'])
}

/** A client that was registered by hand, or one whose id is the URL of its metadata, where the suite has one. */
function registered(): readonly string[] {
  if (scenario === 'auth/basic-cimd') return ['--client-id', CLIENT_ID_METADATA]
  const { client_id: id, client_secret: secret } = JSON.parse(
    process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}',
  ) as { readonly client_id?: string; readonly client_secret?: string }
  if (id === undefined) return []
  if (secret === undefined) return ['--client-id', id]
  const file = join(home, 'secret')
  writeFileSync(file, secret, { mode: 0o600 })
  return ['--client-id', id, '--client-secret-file', file]
}

function sallyport(args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, XDG_CONFIG_HOME: home }
  const child = spawn(process.execPath, [COMMAND, ...args], { env })
  let [out, err] = ['', '']
  let shown = false
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk)
    err += chunk.toString()
    const [, address] = /^ {2}(https?:\S+)\n/m.exec(err) ?? []
    if (shown || address === undefined) return
    shown = true
    fetch(address).catch(() => undefined)
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code: code ?? 1, out, err }))
  })
}
