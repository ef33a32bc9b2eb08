// What a shell has to know of the command to complete it: words, options and their values, out of the same definitions
// that commander parses by.
import { Command as Commander } from 'commander'
import type { Command, CommandRow, Commands } from '../command.ts'

type Option = {
  readonly flag: string
  readonly description: string
  readonly value: 'none' | 'any' | readonly string[]
}
/** `words`: none for the program itself, one or two for a command, one for what stands before second words. */
export type Node = {
  readonly words: readonly string[]
  readonly next: readonly { readonly word: string; readonly description: string }[]
  readonly options: readonly Option[]
}

/** Every file in commands/ is loaded for it. */
export async function commandTree({ rows, firstWords }: Commands): Promise<readonly Node[]> {
  const own = await Promise.all(rows.map(nodeOf))
  const firsts = [...new Set(rows.map(({ words }) => words[0]))]
  const described = (first: string) =>
    rows.find(({ words }) => words.length === 1 && words[0] === first)?.summary ??
    firstWords[first] ??
    ''
  const root: Node = {
    words: [],
    next: [...firsts, 'help'].map((word) => ({
      word,
      description: word === 'help' ? 'say how a command is used' : described(word),
    })),
    options: [HELP, { flag: '--version', description: 'print the version', value: 'none' }],
  }
  const pairs = firsts.flatMap((first): Node[] => {
    const next = rows
      .filter(({ words }) => words[0] === first && words.length === 2)
      .map(({ words, summary }) => ({ word: words[1] ?? '', description: summary }))
    return next.length === 0 ? [] : [{ words: [first], next, options: [HELP] }]
  })
  const help: Node = { words: ['help'], next: root.next.slice(0, -1), options: [] }
  return [root, help, ...pairs, ...own]
}

const HELP: Option = { flag: '--help', description: 'say how it is used', value: 'none' }
const EVERYWHERE: readonly Option[] = [
  { flag: '--json', description: 'print data as JSON on standard output', value: 'none' },
  { flag: '--no-input', description: 'never ask and never open a browser', value: 'none' },
  HELP,
]

async function nodeOf(row: CommandRow): Promise<Node> {
  const command = new Commander()
  const loaded: Command<never> = await row.load()
  loaded.define(command)
  const options = command.options.map(
    ({ long, short, description, required, optional, argChoices }) => ({
      flag: long ?? short ?? '',
      description,
      value: required || optional ? (argChoices ?? ('any' as const)) : ('none' as const),
    }),
  )
  return { words: row.words, next: [], options: [...options, ...EVERYWHERE] }
}
