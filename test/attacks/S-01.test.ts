// What is installed is what was looked at: few packages, each at one version with the hash of its archive, none of which
// runs anything while it is installed. That a version is at least seven days old is looked at when it is taken in: no
// file of the repository knows the dates of a registry.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ROOT } from '../docs/page.ts'

type Entry = {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly hasInstallScript?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}
type Manifest = {
  readonly scripts?: Readonly<Record<string, string>>
  readonly [group: string]: unknown
}

const MOST_DIRECT = 25
/** What may say that it runs something when it is installed; it does not, for scripts are off. */
const MAY_HAVE_SCRIPTS: Readonly<Record<string, string>> = {
  'node_modules/@swc/core': 'development only; its binary comes as a package of its own',
}
const GROUPS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const

const read = (path: string) => readFileSync(`${ROOT}/${path}`, 'utf8')
const manifest = (folder: string) => JSON.parse(read(`${folder}/package.json`)) as Manifest
const { packages } = JSON.parse(read('package-lock.json')) as {
  packages: Readonly<Record<string, Entry>>
}
const foreign = Object.entries(packages).filter(
  ([path, { link }]) => path.includes('node_modules/') && link !== true,
)
const declared = (folder: string, group: string) =>
  Object.entries((manifest(folder)[group] ?? {}) as Record<string, string>)
const isOurs = (name: string) => name === 'sallyport' || name.startsWith('@sallyport/')
const WORKSPACES = ['gateway', 'cli', 'sample', 'bench']

test('S-01 npm worms: what the service and the command load are few packages, directly asked for', () => {
  const direct = new Set(
    ['gateway', 'cli', 'sample']
      .flatMap((folder) => declared(folder, 'dependencies'))
      .flatMap(([name]) => (isOurs(name) ? [] : [name])),
  )
  expect(direct.size).toBeGreaterThan(5)
  expect(direct.size).toBeLessThanOrEqual(MOST_DIRECT)
})

test('S-01 npm worms: every version is one version, here and in the lockfile', () => {
  const loose = ['.', ...WORKSPACES].flatMap((folder) =>
    GROUPS.flatMap((group) => declared(folder, group))
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([name, version]) => `${folder}: ${name}@${version}`),
  )
  expect(loose).toEqual([])
  const other = WORKSPACES.flatMap((folder) =>
    GROUPS.flatMap((group) => declared(folder, group))
      .filter(([name]) => !isOurs(name))
      .filter(([name, version]) => found(folder, name)?.version !== version)
      .map(([name]) => `${folder}: ${name}`),
  )
  expect(other).toEqual([])
})

test('S-01 npm worms: the lockfile has every package that is asked for, and the hash of each that is installed here', () => {
  const missing = Object.entries(packages).flatMap(([path, entry]) => {
    const peers = Object.keys(entry.peerDependencies ?? {}).filter(
      (name) => entry.peerDependenciesMeta?.[name]?.optional !== true,
    )
    return [...Object.keys(entry.dependencies ?? {}), ...peers]
      .filter((name) => found(path, name) === undefined)
      .map((name) => `${path} needs ${name}`)
  })
  expect(missing).toEqual([])
  // A registry tells npm of the other platforms' binaries when it is asked from there.
  const bare = foreign.filter(([, entry]) => entry.integrity?.startsWith('sha512-') !== true)
  expect(bare.filter(([, { dev, optional }]) => dev !== true || optional !== true)).toEqual([])
  expect(bare.filter(([, entry]) => isForHere(entry)).map(([path]) => path)).toEqual([])
})

test('S-01 npm worms: packages come from the registry alone', () => {
  const elsewhere = foreign.filter(
    ([, { resolved = '' }]) =>
      resolved !== '' && !resolved.startsWith('https://registry.npmjs.org/'),
  )
  expect(elsewhere).toEqual([])
  const named = ['.', ...WORKSPACES].flatMap((folder) =>
    GROUPS.flatMap((group) => declared(folder, group)).filter(([, version]) =>
      /[:/]/.test(version),
    ),
  )
  expect(named).toEqual([])
})

test('S-01 npm worms: nothing runs when packages are installed', () => {
  const settings = read('.npmrc').split('\n')
  expect(settings).toContain('ignore-scripts=true')
  expect(settings).toContain('save-exact=true')
  const scripted = foreign.filter(([, entry]) => entry.hasInstallScript === true)
  expect(scripted.map(([path]) => path)).toEqual(Object.keys(MAY_HAVE_SCRIPTS))
  for (const folder of ['.', ...WORKSPACES]) {
    const ran = Object.keys(manifest(folder).scripts ?? {}).filter((name) =>
      /^(pre|post)?(install|prepare|pack|publish)$|^prepublishOnly$/.test(name),
    )
    // `npm run pack` is ours, and npm runs no script of that name.
    expect([folder, ...ran.filter((name) => name !== 'pack')]).toEqual([folder])
  }
})

test('S-01 npm worms: CI installs what the lockfile says', () => {
  const script = read('.ci/run')
  expect(script).toMatch(/^npm ci\b/m)
  expect(script).not.toMatch(/npm (install|i|update|add)\b/)
})

test('S-01 control: the lockfile is read, and has the packages of the path', () => {
  expect(foreign.length).toBeGreaterThan(100)
  for (const name of ['undici', 'yaml', 'zod', 'hono'])
    expect(found('gateway', name)?.version).toMatch(/^\d/)
})

/** Where Node finds `name` from `path`: the nearest node_modules upwards. */
function found(path: string, name: string): Entry | undefined {
  const steps = path.split('/')
  for (let length = steps.length; length >= 0; length -= 1) {
    const at = [...steps.slice(0, length), 'node_modules', name].filter(Boolean).join('/')
    if (packages[at] !== undefined) return packages[at]
  }
  return undefined
}

function isForHere({ os, cpu, libc }: Entry): boolean {
  const fits = (allowed: readonly string[] | undefined, here: string) =>
    allowed === undefined || allowed.includes(here)
  return fits(os, process.platform) && fits(cpu, process.arch) && fits(libc, 'glibc')
}
