import { expect, test } from 'vitest'
import { qualify, qualifyPrompt, qualifyReading } from '../../src/mcp/names.ts'

test('protocol §5: on the endpoint of all targets a name is split at the first three underscores', () => {
  expect(qualifyPrompt(undefined, 'a___b___c')).toEqual({
    qualified: 'a___prompt:b___c',
    bare: 'b___c',
  })
  expect(qualifyPrompt('a', 'b___c')).toEqual({ qualified: 'a___prompt:b___c', bare: 'b___c' })
  expect(qualify('a', 'b')).toBe('a___b')
  expect(qualify(undefined, 'a___b')).toBe('a___b')
})

test('protocol §5: a prompt without a target, and the resources of none, have names that nothing has', () => {
  expect(qualifyPrompt(undefined, 'plain').qualified).toBe('prompt:plain')
  expect(qualifyPrompt(undefined, '___plain').qualified).toBe('___prompt:plain')
  expect(qualifyReading(undefined)).toBe('___resource:read')
  expect(qualifyReading('a')).toBe('a___resource:read')
})
