// What the published packages are made of: every package of others that is installed with them, out of the lockfile, as a
// bill of materials (CycloneDX 1.6) and as a list of licences.
type LockEntry = {
  readonly version?: string
  readonly license?: string
  readonly integrity?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly link?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
}
export type Lockfile = { readonly packages: Readonly<Record<string, LockEntry>> }
export type Material = {
  readonly name: string
  readonly version: string
  readonly licence: string
  /** Subresource integrity (`sha512-…`) of the archive. */
  readonly integrity: string
}

const UNKNOWN = 'not stated'

/** Sorted by name and version. `workspaces` are folders of the repository. */
export function runtimePackages(
  { packages }: Lockfile,
  workspaces: readonly string[],
): readonly Material[] {
  const found = new Map<string, Material>()
  const seen = new Set<string>()
  const visit = (folder: string): void => {
    if (seen.has(folder)) return
    seen.add(folder)
    const entry = packages[folder] ?? {}
    const at = folder.lastIndexOf('node_modules/')
    if (at !== -1 && entry.link !== true) {
      const name = folder.slice(at + 'node_modules/'.length)
      const { version = '', license: licence = UNKNOWN, integrity = '' } = entry
      found.set(`${name}@${version}`, { name, version, licence, integrity })
    }
    for (const name of Object.keys(entry.dependencies ?? {}))
      visit(resolved(packages, folder, name))
  }
  for (const workspace of workspaces) visit(workspace)
  return [...found.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

/** Where Node finds `name` from `folder`: the nearest node_modules upwards. */
function resolved(packages: Lockfile['packages'], folder: string, name: string): string {
  const steps = folder.split('/')
  for (let length = steps.length; length >= 0; length -= 1) {
    const candidate = [...steps.slice(0, length), 'node_modules', name].join('/')
    if (candidate in packages) return candidate
  }
  throw new Error(`the lockfile does not have ${name}, which ${folder} needs`)
}

export function licenceList(materials: readonly Material[]): string {
  const rows = materials.map(
    ({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`,
  )
  return `# Licences of what is installed with Sallyport\n\n| package | version | licence |\n| --- | --- | --- |\n${rows.join('\n')}\n`
}

/** CycloneDX 1.6 (ECMA-424). The same tree gives the same bytes. */
export function billOfMaterials(version: string, materials: readonly Material[]): string {
  const components = materials.map(({ name, version: of, licence, integrity }) => {
    const purl = `pkg:npm/${name.replace('@', '%40')}@${of}`
    return {
      type: 'library',
      'bom-ref': purl,
      name,
      version: of,
      purl,
      ...(licence === UNKNOWN ? {} : { licenses: [licenceOf(licence)] }),
      ...(integrity === '' ? {} : { hashes: [hashOf(integrity)] }),
    }
  })
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', name: 'sallyport', version } },
    components,
  }
  return `${JSON.stringify(bom, undefined, 2)}\n`
}

function licenceOf(licence: string): object {
  return /[ ()]/.test(licence) ? { expression: licence } : { license: { id: licence } }
}

function hashOf(integrity: string): object {
  const [algorithm = '', digest = ''] = (integrity.split(' ')[0] ?? '').split(/-(.*)/s)
  const alg = `SHA-${algorithm.slice('sha'.length)}`
  return { alg, content: Buffer.from(digest, 'base64').toString('hex') }
}
