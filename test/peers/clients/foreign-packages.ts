// Installs the clients of other makers, each at the version that `packages/` names, into a cache folder outside of this
// repository, once per set of versions. What cannot be installed fails the run: a client that is not there is not skipped.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export type ForeignPackages = {
  /** A file for Node. */
  readonly inspector: string
  /** A file for Node. */
  readonly mcpRemote: string
  /** A Python that has `mcp` and `fastmcp`. */
  readonly python: string
}

const PACKAGES = fileURLToPath(new URL('packages/', import.meta.url))
const PINS = ['package.json', 'package-lock.json', 'requirements.txt']
const run = promisify(execFile)

export async function installForeignPackages(): Promise<ForeignPackages> {
  const folder = join(tmpdir(), `sallyport-peers-${digestOfPins()}`)
  const complete = join(folder, 'complete')
  if (!existsSync(complete)) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder)
    for (const name of PINS) cpSync(join(PACKAGES, name), join(folder, name))
    const installing = [installFromNpm(folder), installFromPyPi(folder)]
    await Promise.allSettled(installing)
    await Promise.all(installing)
    writeFileSync(complete, '')
  }
  const modules = join(folder, 'node_modules')
  return {
    inspector: join(modules, '@modelcontextprotocol/inspector/clients/launcher/build/index.js'),
    mcpRemote: join(modules, 'mcp-remote/dist/proxy.js'),
    python: join(folder, 'python/bin/python'),
  }
}

/** `name version` of everything that is pinned by name, as the tests print it. */
export function versionOf(name: string): string {
  const { dependencies } = JSON.parse(readFileSync(join(PACKAGES, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>
  }
  const requirement = new RegExp(`^${name}==(.+)$`, 'm')
  const version =
    dependencies[name] ??
    requirement.exec(readFileSync(join(PACKAGES, 'requirements.txt'), 'utf8'))?.[1]
  if (version === undefined) throw new Error(`no version of \`${name}\` is pinned in ${PACKAGES}`)
  return version
}

function digestOfPins(): string {
  const hash = createHash('sha256').update(process.version)
  for (const name of PINS) hash.update(readFileSync(join(PACKAGES, name)))
  return hash.digest('hex').slice(0, 12)
}

async function installFromNpm(folder: string): Promise<void> {
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder }).catch(
    failed('the clients from npm', 'is the registry of npm reached from here?'),
  )
}

async function installFromPyPi(folder: string): Promise<void> {
  const environment = join(folder, 'python')
  await run('python3', ['-m', 'venv', environment]).catch(
    failed(
      'an environment for the clients in Python',
      'Python 3.11 or later with `venv` is needed',
    ),
  )
  // Every package is pinned, so nothing is resolved, and nothing is built.
  const args = ['install', '--no-deps', '--only-binary', ':all:', '--no-compile', '-r']
  await run(join(environment, 'bin/pip'), [...args, join(folder, 'requirements.txt')]).catch(
    failed('the clients from PyPI', 'is PyPI reached from here?'),
  )
}

function failed(what: string, question: string): (error: unknown) => never {
  return (error) => {
    const { stderr } = error as { readonly stderr?: string }
    const reason = stderr?.trim() || (error instanceof Error ? error.message : String(error))
    throw new Error(`${what} cannot be installed: ${question}\n${reason}`, { cause: error })
  }
}
