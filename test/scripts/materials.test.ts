// The bill of materials and the list of licences that are published with a release (ux §11): out of the lockfile, whole,
// and the same bytes for the same tree.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  billOfMaterials,
  licenceList,
  runtimePackages,
  type Lockfile,
} from '../../scripts/materials.ts'
import { ROOT } from '../docs/page.ts'

const LOCKFILE: Lockfile = {
  packages: {
    '': {},
    one: { version: '1.0.0', dependencies: { a: '1.0.0', '@sallyport/two': '1.0.0' } },
    two: { version: '1.0.0', dependencies: { b: '2.0.0' } },
    'node_modules/@sallyport/two': { link: true, dependencies: { b: '2.0.0' } },
    'node_modules/a': {
      version: '1.0.0',
      license: 'MIT',
      integrity: 'sha512-AAAA',
      dependencies: { b: '^1', '@s/c': '1.0.0' },
    },
    'node_modules/a/node_modules/b': {
      version: '1.5.0',
      license: '(MIT OR Apache-2.0)',
      integrity: 'sha512-AQID',
    },
    'node_modules/b': { version: '2.0.0', integrity: 'sha512-BBBB', dependencies: { a: '1.0.0' } },
    'node_modules/@s/c': { version: '3.0.0', license: 'ISC', integrity: 'sha512-CCCC' },
    'node_modules/test-only': { version: '9.0.0', dev: true, license: 'MIT' },
  },
}
const names = (workspaces: readonly string[]) =>
  runtimePackages(LOCKFILE, workspaces).map(({ name, version }) => `${name}@${version}`)

describe('what is installed with a package', () => {
  test('everything that it leads to, each version once, sorted; nothing of development, nothing of ours', () => {
    expect(names(['one'])).toEqual(['@s/c@3.0.0', 'a@1.0.0', 'b@1.5.0', 'b@2.0.0'])
  })

  test('a name is the nearest one upwards, as Node finds it; circles end', () => {
    expect(names(['two'])).toEqual(['@s/c@3.0.0', 'a@1.0.0', 'b@1.5.0', 'b@2.0.0'])
  })

  test('what the lockfile does not have is an error that names who needs it', () => {
    const { 'node_modules/@s/c': _gone, ...packages } = LOCKFILE.packages
    expect(() => runtimePackages({ packages }, ['one'])).toThrow(
      'the lockfile does not have @s/c, which node_modules/a needs',
    )
  })
})

describe('CycloneDX 1.6 (ECMA-424)', () => {
  const bom = (materials = runtimePackages(LOCKFILE, ['one'])) =>
    JSON.parse(billOfMaterials('1.2.3', materials)) as {
      components: Record<string, unknown>[]
      [member: string]: unknown
    }

  test('says what it is, and of which version of ours', () => {
    expect(bom()).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: { component: { type: 'application', name: 'sallyport', version: '1.2.3' } },
    })
  })

  test('each package has its purl, its licence and the hash of its archive in hex', () => {
    const [scoped, , dual, unstated] = bom().components
    expect(scoped).toMatchObject({
      type: 'library',
      'bom-ref': 'pkg:npm/%40s/c@3.0.0',
      purl: 'pkg:npm/%40s/c@3.0.0',
      licenses: [{ license: { id: 'ISC' } }],
    })
    // An expression is no identifier (SPDX).
    expect(dual).toMatchObject({
      licenses: [{ expression: '(MIT OR Apache-2.0)' }],
      hashes: [{ alg: 'SHA-512', content: '010203' }],
    })
    expect(unstated).not.toHaveProperty('licenses')
  })

  test('references are unique, and the same tree gives the same bytes', () => {
    const references = bom().components.map((component) => component['bom-ref'])
    expect(new Set(references).size).toBe(references.length)
    const materials = runtimePackages(LOCKFILE, ['one'])
    expect(billOfMaterials('1', materials)).toBe(billOfMaterials('1', materials))
    expect(bom()).not.toHaveProperty('serialNumber')
  })
})

test('the list of licences has a row for each package', () => {
  const text = licenceList(runtimePackages(LOCKFILE, ['one']))
  expect(text).toContain('| a | 1.0.0 | MIT |\n')
  expect(text).toContain('| b | 2.0.0 | not stated |\n')
  expect(text.match(/^\| (?!package|---)/gm)).toHaveLength(4)
})

describe('of this repository', () => {
  const lockfile = JSON.parse(readFileSync(`${ROOT}/package-lock.json`, 'utf8')) as Lockfile
  const materials = runtimePackages(lockfile, ['gateway', 'sample', 'cli'])

  test('every package at run time has a licence that Apache-2.0 may stand beside, and a hash', () => {
    const licences = new Set(materials.map(({ licence }) => licence))
    for (const licence of licences)
      expect(licence).toMatch(/^\(?(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|0BSD)\b/)
    expect(materials.filter(({ integrity }) => !integrity.startsWith('sha512-'))).toEqual([])
  })

  test('the bill has as many components, each hash of 64 bytes', () => {
    const { components } = JSON.parse(billOfMaterials('1', materials)) as {
      components: { hashes: { content: string }[] }[]
    }
    expect(components).toHaveLength(materials.length)
    for (const { hashes } of components) expect(hashes[0]?.content).toMatch(/^[0-9a-f]{128}$/)
  })
})
