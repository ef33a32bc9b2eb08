// The names of everything that is loaded at run time, directly and through others, stand in a list that people read
// (S-03.names.json). A package under a name that is almost another one's would have to be written there first. A change
// of the list is a decision: a new direct one needs a record in docs/decisions.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runtimePackages, type Lockfile } from '../../scripts/materials.ts'
import { ROOT } from '../docs/page.ts'
import names from './S-03.names.json' with { type: 'json' }

const read = (path: string) => readFileSync(`${ROOT}/${path}`, 'utf8')
const WORKSPACES = ['gateway', 'cli', 'sample'] as const
const lockfile = JSON.parse(read('package-lock.json')) as Lockfile

test.each(WORKSPACES)(
  'S-03 typosquatting: %s asks for the packages of the list and no other',
  (folder) => {
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      read(`${folder}/package.json`),
    ) as Record<string, Record<string, string>>
    const asked = Object.keys({ ...dependencies, ...optionalDependencies })
    expect(asked.filter((name) => !name.startsWith('@sallyport/'))).toEqual(names.direct[folder])
  },
)

test('S-03 typosquatting: the lockfile asks for them under the same names', () => {
  for (const folder of WORKSPACES) {
    const asked = Object.keys(lockfile.packages[folder]?.dependencies ?? {})
    expect(asked.filter((name) => !name.startsWith('@sallyport/'))).toEqual(names.direct[folder])
  }
})

test('S-03 typosquatting: the whole tree at run time is the list, name by name', () => {
  const tree = runtimePackages(lockfile, WORKSPACES).map(({ name }) => name)
  expect([...new Set(tree)]).toEqual(names.tree)
})

test('S-03 typosquatting: two names of the tree that are one letter apart are known as such', () => {
  const near = names.tree.flatMap((one, index) =>
    names.tree
      .slice(index + 1)
      .filter((other) => isOneEditFrom(one, other))
      .map((other) => `${one} ${other}`),
  )
  expect(near).toEqual(names.near)
  expect(isOneEditFrom('undici', 'undlci')).toBe(true)
  expect(isOneEditFrom('hono', 'honoo')).toBe(true)
  expect(isOneEditFrom('yaml', 'zod')).toBe(false)
})

test('S-03 control: the list is read, and has what the path is built on', () => {
  expect(names.tree).toEqual(expect.arrayContaining(['undici', 'zod', 'yaml', 'pino']))
})

function isOneEditFrom(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one]
  if (one === other || long.length - short.length > 1) return false
  let same = 0
  while (same < short.length && short[same] === long[same]) same += 1
  const rest = short.slice(same + (short.length === long.length ? 1 : 0))
  return long.slice(same + 1) === rest
}
