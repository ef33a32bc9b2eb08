import { expect, test } from 'vitest'
import { whySentence } from '../../src/gateway/why-sentence.ts'

const tool = { name: 'market___get_prices', target: 'market', hash: 'h' }
const intent = {
  kind: 'intent',
  tool,
  decision: { answer: 'permit', policies: ['a.cedar#traders'] },
}

test('ux §4: a denied call says what, by which policy and how to mend it', () => {
  const refusal = { kind: 'refusal', code: 'authorize.denied', policies: ['a.cedar#cap'], tool }
  expect(whySentence([refusal])).toBe(
    [
      'The request of `market___get_prices` was refused: policy does not allow this call with these arguments.',
      'Decided by `a.cedar#cap`.',
      'To mend it: change the arguments, or ask the owner of the policy with the request id.',
      '',
    ].join('\n'),
  )
})

test('ux §4: what the caller was told is said where it is something else', () => {
  const refusal = { kind: 'refusal', code: 'authorize.denied', told: 'authorize.no_such_tool' }
  expect(whySentence([refusal])).toContain('The caller was told: there is no such tool.\n')
})

test.each([
  [{ class: 'ok', durationMs: 12 }, 'and the target answered (after 12 ms).'],
  [{ class: 'unclear', durationMs: 3 }, 'and whether the target acted is not known (after 3 ms).'],
  [undefined, 'and nothing is known of its end yet.'],
])('ux §4: a permitted call says by which policy, and how it ended: %j', (outcome, words) => {
  const records = outcome === undefined ? [intent] : [intent, { kind: 'outcome', ...outcome }]
  expect(whySentence(records)).toBe(
    `The call of \`market___get_prices\` was permitted by \`a.cedar#traders\`, ${words}\n`,
  )
})

test('a list, codes that this version does not know, and kinds without words', () => {
  expect(whySentence([{ kind: 'list', shown: 3, hidden: 4 }])).toBe(
    '3 tools were listed, 4 were not: the policies decide which.\n',
  )
  const unknown = whySentence([{ kind: 'refusal', code: 'x.y\u001b[31m' }])
  expect(unknown).toContain('The request was refused: x.y')
  expect(unknown).not.toContain('\u001b')
  expect(whySentence([{ kind: 'boot' }])).toBe('')
})
