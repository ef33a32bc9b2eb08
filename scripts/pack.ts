// `npm run pack [-- --into <folder>]`: the packages that are published, compiled from the tree as it is. Node strips types
// in the repository but refuses to do so inside an installed package (architecture §1), so what is published is
// JavaScript with the same names and the same places; nothing is bundled. Writes one archive per package, a bill of
// materials and the list of licences.
import './assert-node.ts'
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { billOfMaterials, licenceList, runtimePackages } from './materials.ts'

const { values } = parseArgs({ options: { into: { type: 'string', default: 'dist' } } })
const into = resolve(values.into)
/** In the order of their dependencies. */
const PACKAGES = ['gateway', 'sample', 'cli'] as const
const NODE = '>=24.15.0'

rmSync(into, { recursive: true, force: true })
mkdirSync(into, { recursive: true })
const scratch = mkdtempSync(join(tmpdir(), 'sallyport-pack-'))
try {
  for (const name of PACKAGES) pack(name)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
const packages = runtimePackages(JSON.parse(readFileSync('package-lock.json', 'utf8')), PACKAGES)
const { version } = JSON.parse(readFileSync('cli/package.json', 'utf8')) as { version: string }
writeFileSync(join(into, 'sallyport.cdx.json'), billOfMaterials(version, packages))
writeFileSync(join(into, 'LICENCES.md'), licenceList(packages))
process.stdout.write(
  `${packages.length} packages of others at run time: ${values.into}/LICENCES.md\n`,
)

function pack(name: (typeof PACKAGES)[number]): void {
  const folder = join(scratch, name)
  mkdirSync(folder)
  compile(name, join(folder, 'src'))
  for (const file of globSync('**/*', { cwd: `${name}/src`, withFileTypes: true })) {
    if (!file.isFile() || /\.(ts|js)$/.test(file.name)) continue
    const path = relative(resolve(`${name}/src`), join(file.parentPath, file.name))
    cpSync(join(name, 'src', path), join(folder, 'src', path))
  }
  for (const besides of ['acme']) {
    if (globSync(`${name}/${besides}`).length > 0) {
      cpSync(join(name, besides), join(folder, besides), { recursive: true })
    }
  }
  cpSync('LICENSE', join(folder, 'LICENSE'))
  cpSync('README.md', join(folder, 'README.md'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify(published(name), undefined, 2))
  const args = ['pack', '--silent', '--pack-destination', into]
  const archive = execFileSync('npm', args, { cwd: folder, encoding: 'utf8' }).trim()
  process.stdout.write(`${values.into}/${archive}\n`)
}

/** The compiler rewrites what is imported; the addresses of workers and processes are rewritten here. */
function compile(name: string, out: string): void {
  const config = join(scratch, `${name}.json`)
  const compilerOptions = {
    noEmit: false,
    rewriteRelativeImportExtensions: true,
    allowJs: true,
    checkJs: false,
    resolveJsonModule: true,
    removeComments: false,
    rootDir: resolve(name),
    outDir: resolve(out, '..'),
    typeRoots: [resolve('node_modules/@types')],
  }
  const include = [resolve(name, 'src')]
  const settings = { extends: resolve('tsconfig.json'), compilerOptions, include }
  writeFileSync(config, JSON.stringify(settings))
  execFileSync(resolve('node_modules/.bin/tsc'), ['-p', config], { stdio: 'inherit' })
  for (const file of globSync(join(out, '**/*.js'))) {
    const text = readFileSync(file, 'utf8')
    const addressed = text.replaceAll(
      /(new URL\(\s*'\.{1,2}\/[^']+)\.ts'/g,
      (_all, path: string) => `${path}.js'`,
    )
    const left = /['"`]\.{1,2}\/[^'"`\n]+\.ts['"`]/.exec(addressed)
    if (left !== null) throw new Error(`${file}: ${left[0]} would not be found when installed`)
    if (addressed !== text) writeFileSync(file, addressed)
  }
}

/** What is published says where its files are, and nothing of the repository. */
function published(name: string): object {
  const own = JSON.parse(readFileSync(`${name}/package.json`, 'utf8')) as Record<string, unknown>
  const { private: _private, devDependencies: _dev, exports, ...kept } = own
  return {
    ...kept,
    engines: { node: NODE },
    ...(exports === undefined ? {} : { exports: { './*.ts': './src/*.js' } }),
  }
}
