import { describe, expect, test } from 'vitest'
import type { Document } from 'yaml'
import { lineDiff } from '../../src/config/line-diff.ts'
import { parseConfig } from '../../src/config/load.ts'
import { migrateConfig, type Migrated } from '../../src/config/migrate.ts'
import { CONFIG_VERSION, MIGRATION_STEPS } from '../../src/config/migrations.ts'
import { ENVIRONMENT, GOOD, problemsOf } from './sample-config.ts'

const FILE = '/etc/sallyport/sallyport.yaml'
function migrated(text: string, ...versions: Parameters<typeof migrateConfig>[2][]): Migrated {
  const result = migrateConfig(text, FILE, versions[0])
  if (!('text' in result)) throw new Error(JSON.stringify(result))
  return result
}
const marks = ({ diff }: Migrated) =>
  diff.flatMap((change) =>
    change === undefined || change.mark === ' ' ? [] : [change.mark + change.line],
  )

/** Two versions that never were. */
const LATER = {
  current: 3,
  steps: [
    {
      to: 2,
      what: '`log.level` is `log.from`',
      apply: (document: Document) => {
        document.setIn(['log', 'from'], document.getIn(['log', 'level']))
        document.deleteIn(['log', 'level'])
      },
    },
    {
      to: 3,
      what: '`limits` is gone',
      apply: (document: Document) => void document.delete('limits'),
    },
  ],
}

describe('ux §2: `config migrate`', () => {
  test('there is a step for each version after the first', () => {
    expect(MIGRATION_STEPS.map(({ to }) => to)).toEqual(
      Array.from({ length: CONFIG_VERSION - 1 }, (_, index) => index + 2),
    )
  })

  test('a file of today gets the mark of its version and nothing else, and means the same', () => {
    const result = migrated(GOOD)
    expect(result.text).toBe(GOOD.replace('publicUrl:', `version: ${CONFIG_VERSION}\npublicUrl:`))
    expect(result).toMatchObject({ from: 1, to: CONFIG_VERSION, unmarked: true, steps: [] })
    expect(marks(result)).toEqual([`+version: ${CONFIG_VERSION}`])
    const [one, other] = [GOOD, result.text].map((text) => parseConfig(text, FILE, ENVIRONMENT))
    expect(one && 'digest' in one && one.digest).toBe(other && 'digest' in other && other.digest)
  })

  test('a file that has the mark is left alone', () => {
    const again = migrated(migrated(GOOD).text)
    expect(again).toMatchObject({ unmarked: false, diff: [], steps: [], meanings: [] })
  })

  test('what older gateways took otherwise is told, unless the file has chosen', () => {
    const told = (text: string) => migrated(text).meanings.join('\n')
    expect(told(GOOD)).toContain('`minProtocol: 2026-07-28`')
    expect(told(`minProtocol: '2026-07-28'\n${GOOD}`)).not.toContain('minProtocol')
    expect(told(GOOD)).toContain('`era: modern`')
    const chosen = GOOD.replace("baseline: '1'", 'era: modern').replace(
      'credential: { kind: none }',
      'era: auto',
    )
    expect(told(chosen)).not.toContain('`era: modern`')
  })

  test('steps are applied in order to a file of their version or older, and told', () => {
    const result = migrated(GOOD, LATER)
    expect(result.steps).toEqual(LATER.steps.map(({ what }) => what))
    expect(marks(result)).toEqual([
      '+version: 3',
      '-limits: { bodyBytes: 1048576 }',
      '-log: { level: info }',
      '+log: { from: info }',
    ])
    const second = migrated(`version: 2\n${GOOD}`, LATER)
    expect(second.steps).toEqual(['`limits` is gone'])
    expect(second.text).toContain('version: 3\n')
    expect(second.text).toContain('log: { level: info }')
    expect(second.text).toContain('# a comment')
  })

  test('a file of a newer program is refused, here and where it is loaded', () => {
    expect(migrateConfig('version: 7\n', FILE)).toEqual({ newer: 7 })
    expect(problemsOf(`version: 7\n${GOOD}`)).toMatchObject([
      { code: 'config.not_in_this_version', path: 'version' },
    ])
  })

  test('a file in one pair of braces gets its mark as well', () => {
    expect(migrated('{ log: { level: info } }\n').text).toContain(`version: ${CONFIG_VERSION}`)
  })

  test('a file that is no plain document is refused', () => {
    expect(migrateConfig('a: [', FILE)).toHaveProperty('problems')
  })
})

describe('two texts, line by line', () => {
  const shown = (before: string, after: string) =>
    lineDiff(before, after).map((change) =>
      change === undefined ? '…' : change.mark + change.line,
    )

  test('what came and what went, with three lines around it', () => {
    const lines = Array.from({ length: 12 }, (_, index) => `line ${index}`)
    const after = lines.with(6, 'six').toSpliced(7, 1)
    expect(shown(lines.join('\n'), after.join('\n'))).toEqual([
      '…',
      ' line 3',
      ' line 4',
      ' line 5',
      '-line 6',
      '-line 7',
      '+six',
      ' line 8',
      ' line 9',
      ' line 10',
    ])
  })

  test('the same texts have none; very different long ones are told as replaced', () => {
    expect(lineDiff('a\nb', 'a\nb')).toEqual([])
    const long = (word: string) =>
      Array.from({ length: 3000 }, (_, at) => `${word}${at}`).join('\n')
    expect(lineDiff(long('a'), long('b'))).toHaveLength(6000)
  })
})
