// What a reader has while reading one page: the repository's folder, a shell, free ports, a browser. The folder is a
// scratch one that links to everything of the repository, so that what a page writes stays outside the tree.
import { spawn, type ChildProcess } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../bench/src/free-port.ts'
import { ROOT, type Fence } from './page.ts'

const PATIENCE_MS = 120_000
/** Ports that the pages name; each page gets free ones in their place, everywhere alike. */
const DOCUMENTED_PORTS = ['8443', '9464', '4001', '4400']
const BROWSER = fileURLToPath(new URL('browser-process.ts', import.meta.url))

export type Terminals = {
  /** Runs the block to its end, or in the background until it printed what it should. Resolves to the output. */
  readonly run: (fence: Fence) => Promise<string>
  /** Saves the block under its name. */
  readonly save: (fence: Fence) => void
  /** Ends what runs in the background, and takes the folder away. */
  readonly close: () => Promise<void>
}

export async function openTerminals(): Promise<Terminals> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-docs-'))
  for (const name of readdirSync(ROOT)) {
    if (!name.startsWith('.')) symlinkSync(join(ROOT, name), join(folder, name))
  }
  const home = join(folder, '.home')
  mkdirSync(home)
  writeCommands(join(folder, '.bin'))
  const ports = new Map<string, string>()
  for (const port of DOCUMENTED_PORTS) ports.set(port, String(await freePort()))
  const background: Running[] = []

  const start = ({ text, words }: Fence): Running => {
    const environment = {
      PATH: `${join(folder, '.bin')}:${process.env['PATH'] ?? ''}`,
      REAL_PATH: process.env['PATH'] ?? '',
      HOME: home,
      // The home is a new one; what Go and Node have compiled is the machine's.
      GOCACHE: process.env['GOCACHE'] ?? join(homedir(), '.cache/go-build'),
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      BROWSER: join(folder, '.bin/browser'),
      READER: words.get('as') ?? '',
      NO_COLOR: '1',
    }
    return startShell(withPorts(text, ports), folder, environment)
  }

  return {
    async run(fence) {
      const running = start(fence)
      if (fence.words.has('background')) background.push(running)
      const wanted = fence.words.has('background')
        ? running.printed(fence.words.get('until') ?? '')
        : running.ended.then((code) => {
            const expected = Number(fence.words.get('exit') ?? 0)
            if (code !== expected) throw new Error(`it ended with ${code}, not with ${expected}`)
          })
      try {
        await within(wanted)
      } catch (error) {
        await running.kill('SIGKILL')
        const reason = error instanceof Error ? error.message : String(error)
        throw new Error(`${fence.place}: ${reason}\n${fence.text}${running.output()}`, {
          cause: error,
        })
      }
      return withoutPorts(running.output(), ports)
    },
    save({ place, words, text }) {
      const name = words.get('file') ?? ''
      const [first = ''] = name.split('/')
      const top = join(folder, first)
      const isOurs = existsSync(top) && lstatSync(top).isSymbolicLink()
      if (!name.includes('/') || isOurs || name.includes('..')) {
        throw new Error(`${place}: \`${name}\` would be written into the repository`)
      }
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), withPorts(text, ports))
    },
    async close() {
      for (const running of background.toReversed()) await running.kill('SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

type Running = {
  readonly ended: Promise<number>
  readonly output: () => string
  /** Resolves once `text` was printed; rejects where the process ends before. */
  readonly printed: (text: string) => Promise<void>
  readonly kill: (signal: 'SIGINT' | 'SIGKILL') => Promise<void>
}

function startShell(text: string, cwd: string, env: NodeJS.ProcessEnv): Running {
  const child: ChildProcess = spawn('bash', ['-euo', 'pipefail', '-c', text], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that all of it can be ended.
    detached: true,
  })
  let output = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
      for (const listener of listeners) listener()
    })
  }
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
  const signal = (name: NodeJS.Signals): void => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), name)
  }
  return {
    ended,
    output: () => output,
    printed: (wanted) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (output.includes(wanted)) resolve()
        }
        listeners.add(look)
        void ended.then((code) => reject(new Error(`it ended by itself with ${code}`)), reject)
      }),
    async kill(name) {
      signal(name)
      await within(ended).catch(() => signal('SIGKILL'))
      await ended
    },
  }
}

function within<Value>(wanted: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('it takes too long')), PATIENCE_MS)
  })
  return Promise.race([wanted, late]).finally(() => clearTimeout(timer))
}

/** The commands that are not the system's own: npm does not install again, npx never asks a registry. */
function writeCommands(folder: string): void {
  mkdirSync(folder)
  const commands = {
    npm: `if [ "$1" = ci ]; then exec test -f package-lock.json; fi
PATH="$REAL_PATH" exec npm "$@"`,
    npx: `at=$PWD
while [ ! -x "$at/node_modules/.bin/$1" ]; do
  if [ "$at" = / ]; then echo "npx would ask the registry for $1" >&2; exit 127; fi
  at=$(dirname "$at")
done
PATH="$at/node_modules/.bin:$PATH" exec "$@"`,
    browser: `exec '${process.execPath}' '${BROWSER}' "$READER" "$1"`,
  }
  for (const [name, text] of Object.entries(commands)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, name), 0o755)
  }
}

function withPorts(text: string, ports: ReadonlyMap<string, string>): string {
  // The port that development mode takes unasked is a documented one, too.
  const asked = text.replace(/\b(npm start --|sallyport dev)(?! .*--port)/g, '$1 --port 8443')
  return asked.replace(/\b\d{4}\b/g, (number) => ports.get(number) ?? number)
}

function withoutPorts(text: string, ports: ReadonlyMap<string, string>): string {
  return [...ports].reduce(
    (so, [documented, used]) => so.replaceAll(`:${used}`, `:${documented}`),
    text,
  )
}
