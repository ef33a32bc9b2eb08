// Pages that are generated from the code, against the code.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FAULTS, REFUSALS } from '../../gateway/src/answers.ts'
import { CONFIG_PROBLEMS } from '../../gateway/src/config/problem.ts'
import { generatedPages, outdatedPages } from '../../scripts/generate-docs.ts'

test('docs/errors.md, the configuration reference and its JSON Schema equal the code', async () => {
  expect(await outdatedPages()).toEqual([])
  expect([...generatedPages().keys()]).toEqual([
    'docs/errors.md',
    'docs/reference/configuration.md',
    'docs/reference/sallyport.schema.json',
  ])
})

test('docs/errors.md has one anchor for each code, and none for what does not exist', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  const anchors = [...page.matchAll(/<a id="([^"]+)">/g)].map((match) => match[1] ?? '')
  const codes = [REFUSALS, FAULTS, CONFIG_PROBLEMS].flatMap((table) => Object.keys(table))
  expect(anchors.sort()).toEqual(codes.sort())
})

test('what, fix and every message of the tables are lower case and end without a full stop', () => {
  for (const [code, { what, fix }] of Object.entries({
    ...REFUSALS,
    ...FAULTS,
    ...CONFIG_PROBLEMS,
  })) {
    for (const text of [what, fix]) {
      expect(text, code).not.toMatch(/\.$|^[A-Z][a-z]/)
    }
  }
})
