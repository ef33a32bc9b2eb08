// The attacks that this version must withstand, and where their tests lie. The catalogue's texts are in
// docs/attacks.md; this is the index that `attacks:list` and `attacks:prove` work from.
import { existsSync, globSync, readFileSync } from 'node:fs'

export type AttackRow = { readonly id: string; readonly attack: string; readonly expected: string }
export type AttackTest = {
  readonly id: string
  readonly file: string
  readonly titles: readonly string[]
  /** Path of the patch that takes the defence away, where there is one. */
  readonly patch: string | undefined
}

const CATALOGUE = 'docs/attacks.md'
const FOLDER = 'test/attacks'

/** Rows of the table in docs/attacks.md. */
export function readCatalogue(): readonly AttackRow[] {
  const rows: AttackRow[] = []
  for (const line of readFileSync(CATALOGUE, 'utf8').split('\n')) {
    const found = /^\| ([A-Z]-\d\d) \| (.+?) \| (.+?) \|$/.exec(line)
    if (found) rows.push({ id: found[1] ?? '', attack: found[2] ?? '', expected: found[3] ?? '' })
  }
  return rows
}

/** One entry per test file; titles are read from the text, so that nothing has to run. */
export function readTests(): readonly AttackTest[] {
  return globSync(`${FOLDER}/*.test.ts`)
    .sort()
    .map((file) => {
      const id = /([A-Z]-\d\d)\.test\.ts$/.exec(file)?.[1] ?? file
      const patch = `${FOLDER}/${id}.patch`
      const text = readFileSync(file, 'utf8')
      const titles = [
        ...text.matchAll(/\b(?:test|it)(?:\.each\([\s\S]*?\))?\(\s*(['"`])((?:(?!\1).)*)\1/g),
      ]
      return {
        id,
        file,
        titles: titles.map((title) => title[2] ?? ''),
        patch: existsSync(patch) ? patch : undefined,
      }
    })
}

/** Rows without a patch, each with its reason: `test/attacks/unproven.json`. */
export function readUnproven(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(`${FOLDER}/unproven.json`, 'utf8')) as Record<string, string>
}
