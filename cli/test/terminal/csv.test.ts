import { expect, test } from 'vitest'
import { csv } from '../../src/terminal/csv.ts'

test.each([
  ['=1+1', `"'=1+1"`],
  ['+cmd', `"'+cmd"`],
  ['-2+3', `"'-2+3"`],
  ['@SUM(A1)', `"'@SUM(A1)"`],
  ['\t=1', `"'\t=1"`],
  ['\r\n=1', `"'\r\n=1"`],
  ['＝1', `"'＝1"`],
])('CSV injection: %j is no formula', (cell, written) => {
  expect(csv([[cell]])).toBe(`${written}\r\n`)
})

test('RFC 4180 §2: commas, quotes and line breaks are quoted, and lines end with CRLF', () => {
  expect(csv([['plain', 'a,b', 'say "x"', 'one\ntwo', 'a;b'], ['']])).toBe(
    'plain,"a,b","say ""x""","one\ntwo","a;b"\r\n\r\n',
  )
})
