#!/usr/bin/env node
// The `sallyport` command. Everything is in run.ts; this file alone knows the process. It is plain JavaScript so that
// nothing has to be stripped of its types before Node's compile cache is in use: the stripper costs a tenth of a second
// and its memory for as long as the process lives. The cache is in a folder of the user's own, mode 0700, because
// whoever can write there can have code run; without such a folder there is none, and nothing else changes. `serve` begins
// again as a process in which no text becomes code.
import { lstatSync, mkdirSync } from 'node:fs'
import * as modules from 'node:module'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** The cache is written at the end of a process; a server that is killed has written what it started with. */
const WRITE_AFTER_MS = 5_000
const NO_CODE_FROM_STRINGS = '--disallow-code-generation-from-strings'

refuseOldNode()
if (process.argv[2] === 'serve') refuseCodeFromStrings()
useCompileCache()
const [{ run }, { processTerminal }] = await Promise.all([
  import('./run.ts'),
  import('./terminal/process-terminal.ts'),
])
process.exitCode = await run(process.argv.slice(2), processTerminal())

/** Said before anything is loaded that an older Node cannot read. */
function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 24 || (major === 24 && minor >= 15)) return
  process.stderr.write(
    `sallyport needs node >= 24.15, and this is ${process.version}\n` +
      'fix: install Node 24 and put it first in PATH; in the repository start it by `npx sallyport` or `npm start`\n',
  )
  process.exit(78)
}

/**
 * The gateway runs where no text becomes code (S-07). V8 takes that as a flag when a process begins, so this process begins
 * again with it: the same program, arguments, environment, files and process id.
 */
function refuseCodeFromStrings() {
  if (process.execArgv.includes(NO_CODE_FROM_STRINGS)) return
  const { execPath, execArgv, argv, env } = process
  process.execve?.(execPath, [execPath, NO_CODE_FROM_STRINGS, ...execArgv, ...argv.slice(1)], env)
}

function useCompileCache() {
  try {
    const { XDG_CACHE_HOME: configured = '' } = process.env
    const caches = isAbsolute(configured) ? configured : join(homedir(), '.cache')
    const folder = join(caches, 'sallyport', 'compiled')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const about = lstatSync(folder)
    if (about.uid !== process.getuid?.() || (about.mode & 0o077) !== 0) return
    modules.enableCompileCache(folder)
    setTimeout(modules.flushCompileCache, WRITE_AFTER_MS).unref()
  } catch {
    // Slower, and nothing else.
  }
}
