import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectJudged, mutatedConfig } from './mutated-config.ts'

test('F-21: a mutated configuration is accepted or refused with its problems, and never crashes', () => {
  const verdicts = new Set<string>()
  fc.assert(
    fc.property(mutatedConfig, (text) => void verdicts.add(expectJudged(text))),
    { numRuns: 500 },
  )
  // Mutations that all end the same way would prove little.
  expect([...verdicts].sort()).toEqual(['accepted', 'refused'])
})
