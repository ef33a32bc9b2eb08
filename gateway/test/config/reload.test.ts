import { describe, expect, test } from 'vitest'
import { decideReload } from '../../src/config/decide-reload.ts'
import { parseConfig } from '../../src/config/load.ts'
import type { Loaded, LoadResult } from '../../src/config/load.ts'
import { changed, ENVIRONMENT, GOOD } from './sample-config.ts'

const load = (text: string): LoadResult => parseConfig(text, '/etc/sallyport.yaml', ENVIRONMENT)
const current = load(GOOD) as Loaded

describe('F-21: what to do with a configuration that was loaded again', () => {
  test('the same content, written differently, is nothing', () => {
    expect(decideReload(current, load(`${GOOD}# more\n`))).toEqual({ action: 'nothing' })
  })

  test('a bad one keeps the last good one and hands over every problem', () => {
    const decision = decideReload(current, load(changed('mode: external', 'mode: facade')))
    expect(decision).toMatchObject({
      action: 'keep',
      problems: [{ code: 'config.not_in_this_version' }],
    })
  })

  test('a good one is applied, and the change is named without values', () => {
    const text = changed('level: info', 'level: warn').replace('  weather:', '  wind:')
    const decision = decideReload(current, load(text))
    expect(decision).toMatchObject({
      action: 'apply',
      changed: ['targets.weather', 'targets.wind', 'log.level'],
      afterRestart: ['log.level'],
    })
  })

  test('what an open listener cannot take back is named as such', () => {
    const text = changed('port: ${PORT}', 'port: 8445').replace('./state', './other')
    expect(decideReload(current, load(text))).toMatchObject({
      afterRestart: ['listen.port', 'stateFolder'],
    })
  })
})
