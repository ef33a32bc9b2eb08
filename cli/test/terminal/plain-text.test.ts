import { expect, test } from 'vitest'
import { jsonText, parseExact } from '../../src/terminal/exact-json.ts'
import { plainLine, plainText } from '../../src/terminal/plain-text.ts'
import { shellWord } from '../../src/terminal/shell-word.ts'
import { table } from '../../src/terminal/table.ts'

test.each([
  ['a\u001b[31mb\u001b[0mc', 'abc', 'colour'],
  ['a\u001b[2J\u001b[Hb', 'ab', 'clearing the screen'],
  ['a\u001b]0;title\u0007b', 'ab', 'a window title'],
  ['a\u001b]52;c;aGk=\u001b\\b', 'ab', 'the clipboard'],
  ['a\u001b]8;;https://evil.example\u0007b\u001b]8;;\u0007c', 'abc', 'a link'],
  ['a\u001b]0;never ended', 'a', 'a string without an end'],
  ['a\u001bPq\u001b\\b', 'ab', 'a device control string'],
  ['a\u009b31mb\u009d0;x\u009cc', 'abc', 'the same in C1'],
  ['a\rb\bc\u0000d\u007f', 'abcd', 'overwriting'],
  ['a\u202eb\u2066c\u200fd', 'abcd', 'reordering'],
  ['a\u200bb\ufeffc', 'abc', 'what nobody sees'],
  ['ä 😀\tb\nc', 'ä 😀\tb\nc', 'nothing'],
])('P-08: %j becomes %j (%s)', (text, expected) => {
  expect(plainText(text)).toBe(expected)
})

test('P-08: a name stays on its line', () => {
  expect(plainLine(' a\n\tb\u001b[1m ')).toBe('a b')
})

test('P-08: cells of a table are stripped, columns aligned, the last one left alone', () => {
  expect(
    table([
      ['a\u001b[1m', 'x'],
      ['bcd', 'y z'],
    ]),
  ).toBe('a    x\nbcd  y z\n')
  expect(table([])).toBe('')
})

test('P-08: JSON keeps every character, but writes what a terminal acts on as escapes', () => {
  const value = { text: '\u001b[1m\u009b\u007f\u202e\u2028ä' }
  const text = jsonText(value)
  expect(text).toBe('{"text":"\\u001b[1m\\u009b\\u007f\\u202e\\u2028ä"}')
  expect(JSON.parse(text)).toEqual(value)
})

test.each(['9007199254740993', '1.10', '1e400', '-0', '12345678901234567.89', '1E+2'])(
  'M-28: %s is written as it was read',
  (number) => {
    expect(jsonText(parseExact(`[${number}]`))).toBe(`[${number}]`)
  },
)

test('what is no JSON is told by undefined', () => {
  expect(parseExact('{')).toBeUndefined()
})

test.each([
  ['https://h.example/mcp', 'https://h.example/mcp'],
  ['a b', "'a b'"],
  ["x'; rm -rf ~ #", String.raw`'x'\''; rm -rf ~ #'`],
  ['$(id)`id`', "'$(id)`id`'"],
  ['a\u001b[1m\nb', "'a b'"],
  ['', "''"],
])('P-08: %j can be pasted as %s', (text, expected) => {
  expect(shellWord(text)).toBe(expected)
})
