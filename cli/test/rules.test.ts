import { Command as Commander } from 'commander'
import type { Option } from 'commander'
import { expect, test } from 'vitest'
import type { Command } from '../src/command.ts'
import { COMMANDS } from '../src/commands.ts'
import { EXIT_CODES } from '../src/exit-codes.ts'
import { sallyport } from './world/test-terminal.ts'

const loaded = await Promise.all(
  COMMANDS.map(async (row) => {
    const definition: Command<never> = await row.load()
    const command = new Commander()
    definition.define(command)
    return { name: row.words.join(' '), words: row.words, row, definition, command }
  }),
)
const names = loaded.map(({ name }) => name)

test('architecture §1: each command is listed once', () => {
  expect(new Set(names).size).toBe(names.length)
})

test.each(loaded)(
  'ux §5: `$name --help` shows examples first, --json and --no-input',
  async ({ words, name, definition }) => {
    const { code, out, note } = await sallyport([...words, '--help'])
    expect({ code, note }).toEqual({ code: 0, note: '' })
    const [first, second] = out.split('\n')
    expect(first).toBe('Examples:')
    expect(second).toMatch(new RegExp(`^ {2}\\$ .*\\bsallyport ${name}\\b`))
    for (const example of definition.examples) expect(out).toContain(`  $ ${example}\n`)
    expect(out).toMatch(/^ {2}--json /m)
    expect(out).toMatch(/^ {2}--no-input /m)
    expect(out).toContain('Usage: sallyport')
  },
)

test.each(loaded)('ux §5: `help $name` is the same page', async ({ words }) => {
  const help = await sallyport(['help', ...words.slice(0, 1)])
  expect(help.code).toBe(0)
  expect(help.out).toContain('Usage: sallyport')
})

test.each(loaded)(
  'ux §5: `$name` with an unknown option ends with 64 and a suggestion',
  async ({ words, command }) => {
    const { code, out, note } = await sallyport([...words, ...requiredOptions(command), '--jsno'])
    expect({ code, out }).toEqual({ code: 64, out: '' })
    expect(note).toContain('Did you mean --json?')
  },
)

test.each(loaded)(
  'ux §5: `$name` with too many arguments ends with 64',
  async ({ words, command }) => {
    const needed = command.registeredArguments.map(() => 'x')
    const required = requiredOptions(command)
    const { code } = await sallyport([...words, ...required, ...needed, 'one-too-many'])
    expect(code).toBe(64)
  },
)

test.each(loaded)('ux §5: a misspelt `$name` gets a suggestion', async ({ words }) => {
  const misspelt = words.map((word, index) => (index === words.length - 1 ? `${word}x` : word))
  const { code, note } = await sallyport(misspelt)
  expect(code).toBe(64)
  expect(note).toMatch(new RegExp(`Did you mean (one of [^?]*)?\\b${words.at(-1)}\\b`))
})

test.each(loaded)('P-07: no option of `$name` takes a secret', ({ command }) => {
  for (const option of command.options) {
    const takesSecret =
      /secret|password|passphrase|token|credential|api-?key/.test(option.long ?? '') &&
      (option.required || option.optional)
    const byReference = /-(file|id)$/.test(option.long ?? '')
    expect({ option: option.long, fine: !takesSecret || byReference }).toMatchObject({ fine: true })
  }
})

test.each(loaded)('ux §5: every argument and option of `$name` is described', ({ command }) => {
  for (const option of command.options) expect(option.description).not.toBe('')
  for (const argument of command.registeredArguments) expect(argument.description).not.toBe('')
})

test.each(loaded)(
  'ux §5: `$name` has a summary of one line, like a sentence without its end',
  ({ row }) => {
    expect(row.summary).toMatch(/^[a-z][^\n.]{5,70}$/)
  },
)

test('ux §5: the first page lists every command and every exit code', async () => {
  const { code, out } = await sallyport(['--help'])
  expect(code).toBe(0)
  for (const { words } of loaded) expect(out).toContain(`  ${words[0]} `)
  for (const [exit, meaning] of Object.values(EXIT_CODES))
    expect(out).toContain(`${exit}  ${meaning}`)
})

test('without a command the first page goes to standard error, and the exit code is 64', async () => {
  const { code, out, note } = await sallyport([])
  expect({ code, out }).toEqual({ code: 64, out: '' })
  expect(note).toContain('Usage: sallyport')
})

test('ux §5: an unknown command gets a suggestion', async () => {
  const { code, note } = await sallyport(['logn'])
  expect(code).toBe(64)
  expect(note).toContain('Did you mean login?')
})

function requiredOptions(command: Commander): string[] {
  return command.options
    .filter((option: Option) => option.mandatory)
    .flatMap((option: Option) => [option.long ?? '', 'x'])
}
