// Mutated configurations (F-21): the good one with characters, lines and values changed at random.
import { expect } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { CONFIG_PROBLEMS } from '../../src/config/problem.ts'
import { relaxations } from '../../src/config/relaxations.ts'
import { renderProblems } from '../../src/config/render-problems.ts'
import { mutated } from './mutate.ts'
import { ENVIRONMENT, GOOD } from './sample-config.ts'

/** Configurations that are one to four mutations away from a good one. */
export const mutatedConfig = mutated(GOOD)

/** Never a crash; problems are complete; what is accepted is frozen and relaxes nothing that is not written out. */
export function expectJudged(text: string): 'accepted' | 'refused' {
  const result = parseConfig(text, '/etc/sallyport/sallyport.yaml', ENVIRONMENT)
  if ('problems' in result) {
    expect(result.problems.length).toBeGreaterThan(0)
    const rows = text.split('\n').length
    for (const { code, line: at, column, message, expected, fix } of result.problems) {
      if (!(code in CONFIG_PROBLEMS) || at < 1 || at > rows || column < 1)
        expect.fail(`${code} ${at}:${column}`)
      if (message === '' || expected === '' || fix === '') expect.fail(`${code} says too little`)
    }
    expect(renderProblems(result.problems, true)).not.toContain('undefined')
    return 'refused'
  }
  expect(Object.isFrozen(result.config.targets)).toBe(true)
  for (const { path } of relaxations(result.config)) {
    expect(text).toContain(path.split('.').at(-1))
  }
  return 'accepted'
}
